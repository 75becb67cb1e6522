import { ANSWER_TOKENS, type FixtureProtocol, fieldsOf, jsonAnswer } from './fixture-protocol.js';

/** An agent-trm service: POST /reason and GET /healthz, with errors as problem details. */
export function reasonProtocol(model = 'trm-remediation-v1'): FixtureProtocol {
  return {
    model,
    errorBody: (message) => JSON.stringify({ type: 'about:blank', title: 'error', detail: message }),
    missingModel: { status: 404, body: JSON.stringify({ title: 'not found', detail: 'no such model' }) },
    answer(request, variant) {
      if (request.path === '/healthz') return jsonAnswer({ status: 'ok' });
      if (request.path !== '/reason') return undefined;
      if (variant === 'mid-stream-error') return jsonAnswer({ error: 'inference failed' });
      const maxSteps = fieldsOf(request.body)['max_steps'];
      const count = typeof maxSteps === 'number' ? Math.min(3, maxSteps) : 3;
      const answer = ANSWER_TOKENS.join('');
      const steps = Array.from({ length: count }, (_, index) => ({ answer, confidence: 0.5 + index * 0.125 }));
      const confidence = variant === 'wrong-types' ? 'high' : steps.at(-1)!.confidence;
      return jsonAnswer({ answer, confidence, steps, model });
    },
  };
}
