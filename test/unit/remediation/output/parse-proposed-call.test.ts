import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProposedCall } from '../../../../src/remediation/output/index.js';

const FENCE = '```';
const CALL = { lambdaFunction: 'pod-restart', parameters: { name: 'shop-0', namespace: 'shop' } };
const functions = ['pod-restart', 'pod-check-status', 'check-pvc-status'];
const args = CALL.parameters;
const argsText = JSON.stringify(args);

const CALLS: readonly (readonly [what: string, input: unknown])[] = [
  ['our own names', { lambda_function: 'pod-restart', parameters: args }],
  ['camel case', { lambdaFunction: 'pod-restart', lambdaParameters: args }],
  ['names with spaces', { 'Function Name': 'pod-restart', Parameters: args }],
  ['function and arguments', { function: 'pod-restart', arguments: args }],
  ['name and parameters', { name: 'pod-restart', parameters: args }],
  ['tool and args', { tool: 'pod-restart', args }],
  ['tool_name and tool_input', { tool_name: 'pod-restart', tool_input: args }],
  ['action and input', { action: 'pod-restart', input: args }],
  ['ReAct', { action: 'pod-restart', action_input: argsText }],
  ['arguments as a text', { name: 'pod-restart', arguments: argsText }],
  ['arguments as faulty JSON', { name: 'pod-restart', arguments: "{'name': 'shop-0', 'namespace': 'shop',}" }],
  ['arguments in a list of one', { name: 'pod-restart', arguments: [args] }],
  [
    'arguments as pairs',
    {
      name: 'pod-restart',
      arguments: [
        { name: 'name', value: 'shop-0' },
        { key: 'namespace', value: 'shop' },
      ],
    },
  ],
  ['parameters beside the function', { lambda_function: 'pod-restart', ...args, reasoning: 'It crashes.' }],
  ['parameters beside an empty object', { function: 'pod-restart', parameters: {}, ...args, confidence: 0.99 }],
  ['the function as a key', { 'pod-restart': args }],
  ['a tool call', { id: 'call_1', type: 'function', function: { name: 'pod-restart', arguments: argsText } }],
  ['tool calls', [{ type: 'function', function: { name: 'pod-restart', arguments: argsText } }]],
  ['tool calls of Ollama', { tool_calls: [{ function: { index: 0, name: 'pod-restart', arguments: args } }] }],
  [
    'a message',
    { role: 'assistant', content: null, tool_calls: [{ function: { name: 'pod-restart', arguments: args } }] },
  ],
  [
    'a completion',
    { choices: [{ index: 0, message: { tool_calls: [{ function: { name: 'pod-restart', arguments: argsText } }] } }] },
  ],
  ['a function_call', { function_call: { name: 'pod-restart', arguments: argsText } }],
  ['tool use', { type: 'tool_use', id: 'x', name: 'pod-restart', input: args }],
  ['functionCall', { functionCall: { name: 'pod-restart', args } }],
  ['the same call twice', [CALL, { lambdaFunction: 'pod-restart', parameters: { namespace: 'shop', name: 'shop-0' } }]],
  ['JSON', JSON.stringify({ lambda_function: 'pod-restart', parameters: args })],
  ['JSON in JSON', JSON.stringify(JSON.stringify({ lambda_function: 'pod-restart', parameters: args }))],
  ['a fence', `I choose:\n${FENCE}json\n{"function": "pod-restart", "parameters": ${argsText}}\n${FENCE}`],
  ['prose behind the alert', `{"labels": {"pod": "shop-0"}} -> {"tool": "pod-restart", "args": ${argsText}}`],
  ['a tagged call', `<tool_call>{"name": "pod-restart", "arguments": ${argsText}}</tool_call>`],
  [
    'FunctionGemma',
    '<start_function_call>call:pod-restart{name:<escape>shop-0<escape>,namespace:<escape>shop<escape>}<end_function_call>',
  ],
  ['lines', 'Function: pod-restart\nParameters:\n  name: shop-0\n  namespace: shop'],
  ['flat lines', '- **Function:** `pod-restart`\n- name: shop-0\n- namespace: shop\n- reason: it crashes'],
  ['ReAct lines', `Thought: it crashes\nAction: pod-restart\nAction Input: ${argsText}`],
  ['a call like code', 'pod-restart(name="shop-0", namespace=\'shop\')'],
  [
    'a call like code in a fence',
    `Sure.\n${FENCE}tool_code\nprint(pod-restart(name="shop-0", namespace="shop"))\n${FENCE}`,
  ],
  ['a call like code in brackets', '[pod-restart(name="shop-0", namespace="shop")]'],
];

const NONE: readonly unknown[] = [
  null,
  { lambda_function: null },
  { lambda_function: null, parameters: {} },
  { lambda_function: 'none', parameters: {} },
  { function: 'None' },
  { tool: 'no_action', args: {} },
  { action: 'No Action' },
  { name: '' },
  { name: 'no-op', arguments: {} },
  [{ function: { name: 'none', arguments: '{}' } }],
  'none',
  'None.',
  'null',
  '"none"',
  '**no action**',
  'None of the functions applies.',
  'No suitable function was found',
  '{"lambda_function": null}',
  `${FENCE}json\n{"lambda_function": "none", "parameters": {}}\n${FENCE}`,
  'Function: none',
  '<start_function_call>call:none{}<end_function_call>',
];

const UNREADABLE: readonly (readonly [input: unknown, reason: string])[] = [
  [undefined, 'empty'],
  ['', 'empty'],
  ['The pod is in a crash loop, so I would restart it.', 'no-structure'],
  [5, 'no-call'],
  [true, 'no-call'],
  [[], 'no-call'],
  [{ tool_calls: [] }, 'no-call'],
  [{}, 'no-call'],
  [{ labels: { pod: 'shop-0' } }, 'no-call'],
  [{ function: 5 }, 'no-call'],
  [{ name: 'pod-restart', arguments: 5 }, 'no-call'],
  [{ name: 'pod-restart', arguments: 'shop-0 and so on' }, 'no-call'],
  [{ name: 'pod-restart', arguments: ['shop-0', 'shop'] }, 'no-call'],
  ['{"labels": {"pod": "shop-0"}}', 'no-call'],
  ['restart(name="shop-0")', 'no-structure'],
  ['{"name": "pod-restart", "arguments": ["shop-0", "shop"]}', 'no-call'],
];

describe('parseProposedCall', () => {
  it.each(CALLS)('reads %s', (_, input) => {
    expect(parseProposedCall(input, { functions })).toMatchObject({ kind: 'call', ...CALL, others: [] });
  });

  it.each(NONE)('takes %j for none', (input) => {
    expect(parseProposedCall(input, { functions })).toMatchObject({ kind: 'none', others: [] });
  });

  it.each(UNREADABLE)('does not read %j: %s', (input, reason) => {
    const reading = parseProposedCall(input, { functions });
    expect(reading).toEqual({ kind: 'unreadable', reason, detail: expect.stringMatching(/\S/) });
  });

  it('reads calls without knowing the functions', () => {
    expect(parseProposedCall({ name: 'pod-restart', arguments: args })).toMatchObject({ kind: 'call', ...CALL });
    expect(parseProposedCall('{"name": "x"}')).toMatchObject({ kind: 'call', lambdaFunction: 'x', parameters: {} });
    expect(parseProposedCall('restart(name="shop-0")')).toMatchObject({ kind: 'call', how: 'call-syntax' });
    expect(parseProposedCall('pod-restart')).toMatchObject({ kind: 'unreadable' });
  });

  it('gives a function that does not exist back, for its caller to refuse', () => {
    const reading = parseProposedCall('So {"function": "drop-database", "parameters": {}}', { functions });
    expect(reading).toMatchObject({ kind: 'call', lambdaFunction: 'drop-database' });
    const tool = parseProposedCall([{ name: 'drop-database', arguments: {} }], { functions });
    expect(tool).toMatchObject({ kind: 'call', lambdaFunction: 'drop-database' });
  });

  it('reports everything that contradicts the first call', () => {
    const other = { lambdaFunction: 'pod-check-status', parameters: { namespace: 'shop' } };
    const both = [
      { name: 'pod-restart', arguments: args },
      { name: 'pod-check-status', arguments: { namespace: 'shop' } },
    ];
    expect(parseProposedCall(both, { functions })).toMatchObject({ kind: 'call', ...CALL, others: [other] });
    const text = both.map((call) => JSON.stringify(call)).join('\n');
    expect(parseProposedCall(text, { functions })).toMatchObject({ kind: 'call', ...CALL, others: [other] });
    const otherTarget = [both[0], { name: 'pod-restart', arguments: { name: 'shop-1', namespace: 'shop' } }];
    expect(parseProposedCall(otherTarget, { functions })).toMatchObject({
      others: [{ parameters: { name: 'shop-1', namespace: 'shop' } }],
    });
    expect(parseProposedCall([{ name: 'none' }, both[0]], { functions })).toMatchObject({
      kind: 'none',
      others: [CALL],
    });
    expect(parseProposedCall([both[0], { name: 'none' }], { functions })).toMatchObject({
      kind: 'call',
      others: ['none'],
    });
  });

  it('lets a function be called none where there is one', () => {
    expect(parseProposedCall({ name: 'none' }, { functions: ['none'] })).toMatchObject({ kind: 'call' });
    expect(parseProposedCall('none', { functions: ['none'] })).toMatchObject({ kind: 'call' });
  });

  it('drops reserved keys, and never throws', () => {
    const reading = parseProposedCall(
      JSON.parse('{"name": "pod-restart", "arguments": {"__proto__": {"x": 1}, "a": 1}}'),
    );
    expect(reading).toMatchObject({ parameters: { a: 1 } });
    expect(Object.keys((reading as { parameters: object }).parameters)).toEqual(['a']);
    const circle: Record<string, unknown> = { name: 'pod-restart' };
    Object.assign(circle, { arguments: circle, more: circle });
    expect(parseProposedCall(circle)).toMatchObject({ kind: 'unreadable', reason: 'too-deep' });
    expect(parseProposedCall({ name: 'pod-restart', arguments: { big: 5n, call: () => 1 } })).toMatchObject({
      parameters: { big: null, call: null },
    });
    const anything = fc.oneof(fc.jsonValue(), fc.anything(), fc.string({ unit: 'binary' }));
    const key = fc.constantFrom('name', 'function', 'arguments', 'parameters', 'tool_calls', 'action', 'choices');
    const callLike = fc.dictionary(key, fc.oneof(anything, fc.dictionary(key, anything)));
    fc.assert(
      fc.property(fc.oneof(anything, callLike, fc.array(callLike)), (value) => {
        expect(['call', 'none', 'unreadable']).toContain(parseProposedCall(value, { functions }).kind);
        const text = typeof value === 'string' ? value : (JSON.stringify(toJson(value)) ?? '');
        expect(['call', 'none', 'unreadable']).toContain(parseProposedCall(text, { functions }).kind);
      }),
      { numRuns: 60 },
    );
  });
});

/** A value that JSON can hold. */
function toJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return null;
  }
}
