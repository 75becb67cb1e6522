/** Keys under which models name the function, the clearest first: `name` may as well be a parameter. */
export const FUNCTION_KEYS = [
  'lambda_function',
  'function_name',
  'selected_function',
  'recommended_function',
  'function',
  'tool_name',
  'tool',
  'action_name',
  'action',
  'name',
] as const;

/** Keys under which the parameters stand. */
export const PARAMETER_KEYS = [
  'parameters',
  'lambda_parameters',
  'function_parameters',
  'arguments',
  'function_arguments',
  'args',
  'kwargs',
  'params',
  'action_input',
  'tool_input',
  'input',
] as const;

/** Keys that hold a call, or a list of calls, instead of being one. */
export const WRAPPER_KEYS = [
  'tool_calls',
  'function_calls',
  'calls',
  'tool_call',
  'function_call',
  'call',
  'choices',
  'message',
] as const;

/** Keys beside a function's name that are no parameters. */
export const REMARK_KEYS: ReadonlySet<string> = new Set([
  'reasoning',
  'reason',
  'explanation',
  'rationale',
  'thought',
  'thoughts',
  'analysis',
  'justification',
  'description',
  'comment',
  'confidence',
  'risk',
  'id',
  'call_id',
  'tool_call_id',
  'index',
  'role',
  'content',
]);

const CALL_TYPES: ReadonlySet<unknown> = new Set(['function', 'function_call', 'tool_call', 'tool_use', 'tool']);

/** Whether an entry beside a function's name says something about the call and is no parameter. */
export function isRemark(key: string, value: unknown): boolean {
  return REMARK_KEYS.has(key) || (key === 'type' && CALL_TYPES.has(value));
}

const NONE_WORDS: ReadonlySet<string> = new Set([
  '',
  'none',
  'null',
  'nil',
  'nothing',
  'n/a',
  'na',
  'no_action',
  'no_action_needed',
  'no_action_required',
  'no_function',
  'no_op',
  'noop',
  'none_applies',
  'none_apply',
  'none_of_these',
  'none_of_the_above',
  'not_applicable',
  'do_nothing',
]);

/** Whether a name says that no function applies, such as `none`, `No action.` or `no_op`. */
export function meansNone(name: string): boolean {
  const word = name
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '_');
  return NONE_WORDS.has(word.replace(/\.$/, ''));
}

/** A key as the lists above write it: `lambdaFunction`, `Lambda Function` and `lambda-function` are one. */
export function plainKey(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
