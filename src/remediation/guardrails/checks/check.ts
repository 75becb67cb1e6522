import type { Catalog, ParameterSchema, ParameterValue, RemediationFunction, Risk } from '../../../domain/index.js';
import { classifyParameter, type ParameterRole } from '../../../encoding/catalog/parameter-role.js';
import type { ResolvedPolicy } from '../policy.js';
import { definitionOf, riskOf } from '../target.js';
import type { GuardedAction, GuardrailName } from '../verdict.js';

/** A parameter of the call that its function declares. */
export interface GuardedParameter {
  readonly name: string;
  readonly value: ParameterValue;
  readonly schema: ParameterSchema;
  readonly role: ParameterRole;
}

/** What a check looks at. */
export interface CheckContext {
  readonly action: GuardedAction;
  readonly catalog: Catalog;
  readonly policy: ResolvedPolicy;
  /** Undefined for a function outside the catalog. */
  readonly definition: RemediationFunction | undefined;
  readonly risk: Risk;
  /** The declared ones; empty for a function outside the catalog. */
  readonly parameters: readonly GuardedParameter[];
}

/** A check that needs nothing but the action, the catalog and the policy. */
export interface PureCheck {
  readonly name: GuardrailName;
  /** What speaks against the action, in one sentence; undefined when nothing does. */
  readonly find: (context: CheckContext) => string | undefined;
}

/** Reads an action once for all checks. */
export function checkContext(action: GuardedAction, catalog: Catalog, policy: ResolvedPolicy): CheckContext {
  const { call } = action;
  const definition = definitionOf(catalog, call.lambdaFunction);
  const properties = definition?.parameters.properties ?? {};
  const parameters = Object.entries(call.parameters).flatMap(([name, value]): readonly GuardedParameter[] => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return schema === undefined ? [] : [{ name, value, schema, role: classifyParameter(name, properties) }];
  });
  return { action, catalog, policy, definition, risk: riskOf(definition), parameters };
}

/** Whether the catalog itself holds the value: as the default, or as one of the choices. It is then a person's word. */
export function isDeclared({ schema, value }: GuardedParameter): boolean {
  return schema.default === value || (schema.enum?.includes(value) ?? false);
}
