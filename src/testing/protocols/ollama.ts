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

/** Ollama's own protocol: /api/chat as newline-delimited JSON, /api/tags. */
export function ollamaProtocol(model = 'gemma3:1b'): FixtureProtocol {
  return {
    model,
    errorBody: (message) => JSON.stringify({ error: message }),
    missingModel: { status: 404, body: JSON.stringify({ error: `model '${model}' not found` }) },
    answer(request, variant) {
      if (request.path === '/api/tags') {
        return jsonAnswer({ models: [{ name: model, model, size: 815_319_791, details: { family: 'gemma3' } }] });
      }
      return request.path === '/api/chat' ? chat(model, request, variant) : undefined;
    },
  };
}

function chat(model: string, request: RecordedRequest, variant: AnswerVariant): FixtureAnswer {
  const { logprobs } = fieldsOf(request.body);
  const head = { model, created_at: '2026-08-01T10:00:00.000000Z' };
  const withLogprobs = logprobs === true && variant !== 'logprobs-missing';
  const lines = ANSWER_TOKENS.map((content, index) => {
    const logprob = ANSWER_LOGPROBS[index];
    return JSON.stringify({
      ...head,
      message: { role: 'assistant', content: variant === 'wrong-types' ? [content] : content },
      done: false,
      ...(withLogprobs && { logprobs: [{ token: content, logprob, bytes: [...Buffer.from(content)] }] }),
    });
  });
  if (variant === 'logprobs-infinite') {
    lines[0] = lines[0]!.replace(`"logprob":${ANSWER_LOGPROBS[0]}`, `"logprob":${INFINITE}`);
  }
  const end =
    variant === 'mid-stream-error'
      ? { error: 'an error was encountered while running the model: unexpected EOF' }
      : {
          ...head,
          message: { role: 'assistant', content: '' },
          done: true,
          done_reason: variant === 'length-limit' ? 'length' : 'stop',
          total_duration: 812_000_000,
          prompt_eval_count: 26,
          eval_count: ANSWER_TOKENS.length,
        };
  return {
    status: 200,
    contentType: 'application/x-ndjson',
    chunks: [...lines, JSON.stringify(end)].map((line) => `${line}\n`),
  };
}
