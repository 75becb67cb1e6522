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
  type ScriptedReply,
  TOOL_ARGUMENTS,
  tokensOf,
} from './fixture-protocol.js';

type Token = ReturnType<typeof tokensOf>[number];

const FIXED_ANSWER = ANSWER_TOKENS.map((token, index): Token => ({ token, logprob: ANSWER_LOGPROBS[index]! }));

/**
 * Ollama's own protocol: /api/chat as newline-delimited JSON, /api/tags.
 *
 * @param script what /api/chat answers, one reply a request, in order; a request beyond the last is an error, so that
 *   nobody takes it for a longer story. Default: the words of `ANSWER_TOKENS` to every request.
 */
export function ollamaProtocol(model = 'gemma3:1b', script?: readonly ScriptedReply[]): FixtureProtocol {
  let next = 0;
  return {
    model,
    errorBody: (message) => JSON.stringify({ error: message }),
    missingModel: { status: 404, body: JSON.stringify({ error: `model '${model}' not found` }) },
    answer(request, variant) {
      if (request.path === '/api/tags') {
        return jsonAnswer({ models: [{ name: model, model, size: 815_319_791, details: { family: 'gemma3' } }] });
      }
      if (request.path !== '/api/chat') return undefined;
      if (!script) return chat(model, FIXED_ANSWER, request, variant);
      const reply = script[next++];
      if (!reply) return jsonAnswer({ error: `the script of this server ends after ${script.length} replies` }, 500);
      return chat(model, tokensOf(reply), request, variant);
    },
  };
}

function toolCall(model: string, name: string): FixtureAnswer {
  const head = { model, created_at: '2026-08-01T10:00:00.000000Z' };
  const called = { function: { index: 0, name, arguments: TOOL_ARGUMENTS } };
  const lines = [
    { ...head, message: { role: 'assistant', content: '', tool_calls: [called] }, done: false },
    { ...head, message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: 9 },
  ];
  return {
    status: 200,
    contentType: 'application/x-ndjson',
    chunks: lines.map((line) => `${JSON.stringify(line)}\n`),
  };
}

function chat(
  model: string,
  tokens: readonly Token[],
  request: RecordedRequest,
  variant: AnswerVariant,
): FixtureAnswer {
  const { logprobs, format } = fieldsOf(request.body);
  const tool = offeredTool(request);
  // A format wins over tools, as in the real server.
  if (tool !== undefined && format === undefined) return toolCall(model, tool);
  const head = { model, created_at: '2026-08-01T10:00:00.000000Z' };
  const withLogprobs = logprobs === true && variant !== 'logprobs-missing';
  const lines = tokens.map(({ token: content, logprob }) =>
    JSON.stringify({
      ...head,
      message: { role: 'assistant', content: variant === 'wrong-types' ? [content] : content },
      done: false,
      ...(withLogprobs && { logprobs: [{ token: content, logprob, bytes: [...Buffer.from(content)] }] }),
    }),
  );
  if (variant === 'logprobs-infinite') {
    lines[0] = lines[0]!.replace(`"logprob":${tokens[0]!.logprob}`, `"logprob":${INFINITE}`);
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
          eval_count: tokens.length,
        };
  return {
    status: 200,
    contentType: 'application/x-ndjson',
    chunks: [...lines, JSON.stringify(end)].map((line) => `${line}\n`),
  };
}
