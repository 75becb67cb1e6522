/** A request as the fixture server received it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON of the body; undefined without one. */
  readonly body: unknown;
}

/** An answer whose body is sent piece by piece. */
export interface FixtureAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly chunks: readonly string[];
}

/** What an answer may have wrong in itself. */
export type AnswerVariant =
  | 'plain'
  | 'mid-stream-error'
  | 'empty-choices'
  | 'wrong-types'
  | 'logprobs-missing'
  | 'logprobs-infinite'
  | 'length-limit';

/** How one kind of server answers. */
export interface FixtureProtocol {
  /** The one model that the server has. */
  readonly model: string;
  /** The server's answer; undefined for a path that it does not know. */
  answer(request: RecordedRequest, variant: AnswerVariant): FixtureAnswer | undefined;
  /** The body of an error. */
  errorBody(message: string): string;
  /** What the server says when it does not have the model. */
  readonly missingModel: { readonly status: number; readonly body: string };
}

/** The words of every answer, token by token. */
export const ANSWER_TOKENS: readonly string[] = ['Restart', ' the', ' pod', ' – once.'];

/** Their log-probabilities. */
export const ANSWER_LOGPROBS: readonly number[] = [-0.25, -0.5, -0.125, -1];

/** Arguments of every tool call; the tool is the first that the request offers. */
export const TOOL_ARGUMENTS: Readonly<Record<string, string>> = { name: 'shop-0', namespace: 'shop – 1' };

/** Name of the first tool that a request offers; undefined when it offers none. */
export function offeredTool(request: RecordedRequest): string | undefined {
  const { tools } = fieldsOf(request.body) as { tools?: { function?: { name?: string } }[] };
  return Array.isArray(tools) ? tools[0]?.function?.name : undefined;
}

/** One answer of a server that follows a script. */
export interface ScriptedReply {
  readonly text: string;
  /** Probability of every token, over 0 to 1, for who asks for log-probabilities. Default 0.9. */
  readonly probability?: number | undefined;
}

/** The tokens of an answer, a word with the space before it each, with their log-probabilities. */
export function tokensOf({ text, probability = 0.9 }: ScriptedReply): { token: string; logprob: number }[] {
  return (text.match(/\s*\S+/gu) ?? []).map((token) => ({ token, logprob: Math.log(probability) }));
}

/** JSON has no infinity; this number is read as one. */
export const INFINITE = '-1e999';

export function jsonAnswer(body: unknown, status = 200): FixtureAnswer {
  return { status, contentType: 'application/json', chunks: [JSON.stringify(body)] };
}

/** The fields of a JSON object; none for anything else. */
export function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
