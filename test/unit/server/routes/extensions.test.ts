import { afterEach, describe, expect, it } from 'vitest';
import { parseAlerts } from '../../../../src/domain/index.js';
import { Problem, type ServiceExtension } from '../../../../src/server/index.js';
import { CRASH, closeServices, startService } from '../fake-service.js';

afterEach(closeServices);

const extension: ServiceExtension = {
  name: 'greeting',
  routes: (kernel) => [
    {
      method: 'POST',
      path: '/greet/:name',
      scope: 'reason',
      operation: { id: 'greet', summary: 'Greets', responses: { 200: { description: 'A greeting.' } } },
      async handle(context) {
        const [alert] = parseAlerts(await kernel.readJson(context));
        if (context.req.param('name') === 'nobody') throw new Problem('out-of-domain', { detail: 'nobody is there' });
        if (context.req.param('name') === 'bug') throw new TypeError('a secret mistake');
        const { decision } = await kernel.decide(alert!, { signal: context.get('state').signal });
        return context.json({ does: decision.lambdaFunction, phases: kernel.chain.phases });
      },
    },
  ],
};

describe('a further route', () => {
  it('has the access, limits, problems and document of all others', async () => {
    const order: string[] = [];
    const { post, origin, service, audited } = await startService({
      extensions: [extension],
      middleware: [
        async (context, next) => {
          order.push('before');
          await next();
          order.push(String(context.res.status));
        },
      ],
    });
    const routes: string[] = [];
    service.events.on('request_ended', ({ route }) => void routes.push(route));
    expect(await (await post('/greet/me', CRASH)).json()).toEqual({ does: 'pod-restart', phases: ['trm', 'rules'] });
    expect((await post('/greet/nobody', CRASH)).status).toBe(422);
    const bug = await post('/greet/bug', CRASH);
    expect([bug.status, (await bug.text()).includes('secret')]).toEqual([500, false]);
    expect((await fetch(`${origin}/greet/me`)).headers.get('allow')).toBe('POST');
    expect(routes).toEqual(Array.from({ length: 4 }, () => '/greet/:name'));
    expect(order).toEqual(['before', '200', 'before', '422', 'before', '500', 'before', '405']);
    expect(audited.map(({ status }) => status)).toEqual([422, 500, 405]);
    const { paths } = (await (await fetch(`${origin}/openapi.json`)).json()) as { paths: Record<string, object> };
    expect(paths['/greet/{name}']).toMatchObject({
      post: {
        operationId: 'greet',
        parameters: [{ name: 'name', in: 'path' }],
        security: [{ bearer: ['reason'] }, {}],
      },
    });
  });
});
