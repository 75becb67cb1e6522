/** How risky it is to call a function by mistake. */
export type Risk = 'read' | 'mutating' | 'destructive';

/**
 * A value that is computed by a declared rule from the alert, never guessed by the network. It stands under the
 * key `x-derive` of a parameter's JSON Schema (vendor extension).
 */
export type DerivationRule =
  /** The kind of object (`pod`, `deployment`, ...) that the label chosen for another parameter names. */
  | { readonly kindOf: string }
  /** A replica count: the first label or metric of `from` that holds a whole number, plus `add`, at most `max`. */
  | { readonly replicas: { readonly from: readonly string[]; readonly add: number; readonly max?: number } };

/** Type names of JSON Schema. */
export type JsonType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/**
 * JSON Schema (draft 2020-12) of one parameter, as in function-calling APIs. Only scalars can be pointed at: a
 * parameter of another type is never filled, so it must be optional or have a default.
 */
export interface ParameterSchema {
  readonly type?: JsonType | readonly JsonType[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** `label-selector` renders the pointed-at label as a Kubernetes label selector, e.g. `app=shop`. */
  readonly format?: string;
  readonly 'x-derive'?: DerivationRule;
  /**
   * The kinds of object that the parameter names (vendor extension), such as `pod` or `['deployment', 'pod']`. A
   * label known to name another kind cannot fill it. A pod label also fills a parameter of kind `deployment`, with
   * the name of the Deployment that owns the pod (see `ownerOfPod`), when no label names a Deployment itself.
   */
  readonly 'x-kind'?: string | readonly string[];
  readonly [keyword: string]: unknown;
}

/** One function that an agent can call, described as in function-calling APIs. */
export interface RemediationFunction {
  readonly name: string;
  readonly description: string;
  readonly parameters: {
    readonly type: 'object';
    readonly properties: Readonly<Record<string, ParameterSchema>>;
    readonly required?: readonly string[];
    readonly [keyword: string]: unknown;
  };
  readonly risk: Risk;
}

export type Catalog = readonly RemediationFunction[];
