import { expect } from 'vitest';
import { CRASH } from '../fake-service.js';

export const PROMPT = `What should be done? ${JSON.stringify(CRASH)}`;
export const user = (content: unknown) => ({ role: 'user', content });
export const text = { type: 'string' };
export const tool = (name: string, properties: object = { name: text, namespace: text }) => ({
  type: 'function',
  function: { name, description: `does ${name}`, parameters: { type: 'object', properties } },
});
export const TOOLS = [tool('pod-restart'), tool('scale-up')];

/** Where the two protocols are asked. */
export const CHAT = ['/api/chat', '/v1/chat/completions'] as const;

interface Call {
  readonly function: { readonly name: string; readonly arguments: unknown };
}
interface Message {
  readonly content: string | null;
  readonly tool_calls?: readonly Call[];
}

/** The answer of either protocol, whole. */
export async function messageOf(response: Response): Promise<Message> {
  const body = (await response.json()) as { message?: Message; choices?: { message: Message }[]; error?: unknown };
  const message = body.message ?? body.choices?.[0]?.message;
  if (!message) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  const { tool_calls: calls } = message;
  if (!calls) return message;
  return {
    ...message,
    tool_calls: calls.map(({ function: { name, arguments: given } }) => ({
      function: { name, arguments: typeof given === 'string' ? (JSON.parse(given) as unknown) : given },
    })),
  };
}

/** What went wrong, in the form of either protocol. */
export function saidIn(path: string, body: unknown): string {
  const { error } = body as { error: string | { message: string; type: string; param: unknown; code: unknown } };
  if (path.startsWith('/api')) return String(error);
  expect(error).toEqual({
    message: expect.any(String),
    type: expect.any(String),
    param: (error as { param: unknown }).param,
    code: expect.stringMatching(/^[a-z_]+$/),
  });
  return (error as { message: string }).message;
}

/** The formats of both protocols for one schema. */
export const formatted = (path: string, schema: object) =>
  path.startsWith('/api')
    ? { format: schema }
    : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } };
