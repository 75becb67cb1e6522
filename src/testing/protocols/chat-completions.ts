import {
  ANSWER_LOGPROBS,
  ANSWER_TOKENS,
  type AnswerVariant,
  type FixtureAnswer,
  type FixtureProtocol,
  fieldsOf,
  INFINITE,
  jsonAnswer,
  offeredTool,
  type RecordedRequest,
  TOOL_ARGUMENTS,
} from './fixture-protocol.js';

const USAGE = { prompt_tokens: 26, completion_tokens: ANSWER_TOKENS.length, total_tokens: 26 + ANSWER_TOKENS.length };

/** The chat completions protocol below /v1, whole or as server-sent events, and /v1/models. */
export function chatCompletionsProtocol(model = 'google/gemma-3-1b-it'): FixtureProtocol {
  return {
    model,
    errorBody: (message) => JSON.stringify({ error: { message, type: 'server_error', param: null, code: null } }),
    missingModel: {
      status: 404,
      body: JSON.stringify({
        error: { message: `The model \`${model}\` does not exist.`, type: 'NotFoundError', param: 'model', code: 404 },
      }),
    },
    answer(request, variant) {
      if (request.path === '/v1/models') return jsonAnswer({ object: 'list', data: [{ id: model, object: 'model' }] });
      if (request.path !== '/v1/chat/completions') return undefined;
      return fieldsOf(request.body)['stream'] === true
        ? streamed(model, request, variant)
        : whole(model, request, variant);
    },
  };
}

const REPORTED = { error: { message: 'the engine died', type: 'internal_error', code: null } };

function whole(model: string, request: RecordedRequest, variant: AnswerVariant): FixtureAnswer {
  if (variant === 'mid-stream-error') return jsonAnswer(REPORTED);
  const content = variant === 'wrong-types' ? 17 : ANSWER_TOKENS.join('');
  const tool = offeredTool(request);
  const choice =
    tool === undefined
      ? {
          index: 0,
          message: { role: 'assistant', content },
          ...logprobsOf(request, variant, ANSWER_TOKENS, 0),
          finish_reason: variant === 'length-limit' ? 'length' : 'stop',
        }
      : {
          index: 0,
          message: { role: 'assistant', content: null, tool_calls: [toolCall(tool, JSON.stringify(TOOL_ARGUMENTS))] },
          finish_reason: 'tool_calls',
        };
  const body = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_785_000_000,
    model,
    choices: variant === 'empty-choices' ? [] : [choice],
    usage: USAGE,
  };
  return { ...jsonAnswer(body), chunks: [spoil(JSON.stringify(body), variant)] };
}

function streamed(model: string, request: RecordedRequest, variant: AnswerVariant): FixtureAnswer {
  const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_785_000_000, model };
  const piece = (choice: Record<string, unknown>): Record<string, unknown> => ({
    ...head,
    choices: [{ index: 0, finish_reason: null, ...choice }],
  });
  const tool = offeredTool(request);
  const pieces: unknown[] = [piece({ delta: { role: 'assistant', content: tool === undefined ? '' : null } })];
  if (tool !== undefined) {
    for (const called of fragmentsOf(tool)) pieces.push(piece({ delta: { tool_calls: [{ index: 0, ...called }] } }));
    pieces.push(piece({ delta: {}, finish_reason: 'tool_calls' }), { ...head, choices: [], usage: USAGE });
    return events([...pieces.map((value) => JSON.stringify(value)), '[DONE]']);
  }
  for (const [index, token] of ANSWER_TOKENS.entries()) {
    const content = variant === 'wrong-types' ? 17 : token;
    pieces.push(piece({ delta: { content }, ...logprobsOf(request, variant, [token], index) }));
  }
  if (variant === 'mid-stream-error') pieces.push(REPORTED);
  pieces.push(piece({ delta: {}, finish_reason: variant === 'length-limit' ? 'length' : 'stop' }));
  if (variant === 'empty-choices') pieces.length = 0;
  pieces.push({ ...head, choices: [], usage: USAGE });
  return events([...pieces.map((value) => spoil(JSON.stringify(value), variant)), '[DONE]']);
}

function events(data: readonly string[]): FixtureAnswer {
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    chunks: [': keep-alive\n\n', ...data.map((event) => `data: ${event}\n\n`)],
  };
}

function toolCall(name: string, args: string): Record<string, unknown> {
  return { id: 'call_1', type: 'function', function: { name, arguments: args } };
}

/** The name comes first, then the JSON of the arguments in pieces that are none by themselves. */
function fragmentsOf(name: string): Record<string, unknown>[] {
  const pieces = JSON.stringify(TOOL_ARGUMENTS).match(/.{1,9}/gsu) ?? [];
  return [toolCall(name, ''), ...pieces.map((piece) => ({ function: { arguments: piece } }))];
}

function logprobsOf(
  request: RecordedRequest,
  variant: AnswerVariant,
  tokens: readonly string[],
  first: number,
): Record<string, unknown> {
  if (fieldsOf(request.body)['logprobs'] !== true || variant === 'logprobs-missing') return { logprobs: null };
  const content = tokens.map((token, index) => ({
    token,
    logprob: ANSWER_LOGPROBS[first + index],
    top_logprobs: [],
  }));
  return { logprobs: { content } };
}

function spoil(json: string, variant: AnswerVariant): string {
  if (variant !== 'logprobs-infinite') return json;
  return json.replace(`"logprob":${ANSWER_LOGPROBS[0]}`, `"logprob":${INFINITE}`);
}
