import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServices, startService } from '../fake-service.js';
import { PROMPT, saidIn, TOOLS, user } from './prompts.js';

afterEach(closeServices);

describe('whatever is sent', () => {
  const valid = [
    { model: 'm', messages: [user(PROMPT)], tools: TOOLS, stream: false, options: { temperature: 0 } },
    {
      prompt: PROMPT,
      format: { type: 'object', properties: { action: { enum: ['pod-restart', 'none'] } } },
      stream: true,
    },
    {
      messages: [user([{ type: 'text', text: PROMPT }])],
      response_format: { type: 'json_object' },
      tool_choice: 'auto',
    },
    {
      messages: [{ role: 'assistant', content: null, tool_calls: [{ function: { name: 'a', arguments: '{}' } }] }],
      n: 1,
    },
  ];
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, [], {}, '', -1, 1e308, '\ud800', [null]),
  );
  const body = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.constantFrom(
        'model',
        'messages',
        'tools',
        'format',
        'stream',
        'prompt',
        'options',
        'response_format',
        'tool_choice',
        'n',
        'stream_options',
      ),
      odd,
    )
    .map(([given, key, by]) => ({ ...given, [key]: by }));

  it.each(['/api/chat', '/api/generate', '/api/show', '/v1/chat/completions'])(
    'to %s is answered in its form, and no fault',
    async (path) => {
      const { post, service } = await startService();
      const failures: unknown[] = [];
      service.events.on('request_failed', ({ error }) => void failures.push(error));
      await fc.assert(
        fc.asyncProperty(body, async (content) => {
          const response = await post(path, content);
          const said = await response.text();
          expect([200, 400, 422], said).toContain(response.status);
          if (response.status !== 200) saidIn(path, JSON.parse(said));
        }),
        { numRuns: 80 },
      );
      expect(failures).toEqual([]);
    },
  );
});
