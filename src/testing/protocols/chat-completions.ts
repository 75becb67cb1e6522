import {
  ANSWER_LOGPROBS,
  ANSWER_TOKENS,
  type AnswerVariant,
  type FixtureAnswer,
  type FixtureProtocol,
  fieldsOf,
  INFINITE,
  jsonAnswer,
  type RecordedRequest,
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
  const choice = {
    index: 0,
    message: { role: 'assistant', content },
    ...logprobsOf(request, variant, ANSWER_TOKENS, 0),
    finish_reason: variant === 'length-limit' ? 'length' : 'stop',
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
  const pieces: unknown[] = [piece({ delta: { role: 'assistant', content: '' } })];
  for (const [index, token] of ANSWER_TOKENS.entries()) {
    const content = variant === 'wrong-types' ? 17 : token;
    pieces.push(piece({ delta: { content }, ...logprobsOf(request, variant, [token], index) }));
  }
  if (variant === 'mid-stream-error') pieces.push(REPORTED);
  pieces.push(piece({ delta: {}, finish_reason: variant === 'length-limit' ? 'length' : 'stop' }));
  if (variant === 'empty-choices') pieces.length = 0;
  pieces.push({ ...head, choices: [], usage: USAGE });
  const events = [...pieces.map((value) => spoil(JSON.stringify(value), variant)), '[DONE]'];
  return {
    status: 200,
    contentType: 'text/event-stream; charset=utf-8',
    chunks: [': keep-alive\n\n', ...events.map((event) => `data: ${event}\n\n`)],
  };
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
