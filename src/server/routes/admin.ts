import { dirname, join } from 'node:path';
import { parseWith } from '../../domain/alert/parse-alerts.js';
import { bundledModelPath } from '../../trm/remediation/index.js';
import { Problem } from '../http/problem.js';
import type { ModelHolder } from '../model/model-holder.js';
import { modelSchema, reloadRequestSchema } from '../openapi/schemas.js';
import type { ServiceKernel, ServiceRoute } from '../service-route.js';
import { modelToJson } from './model-json.js';

/**
 * POST /admin/reload: takes another model while requests run. Only folders beside the present one can be named, so that
 * nobody reads the disk by guessing paths.
 */
export function adminRoute(kernel: ServiceKernel, holder: ModelHolder): ServiceRoute {
  return {
    method: 'POST',
    path: '/admin/reload',
    scope: 'admin',
    operation: {
      id: 'reloadModel',
      summary: 'Take another model, or the present folder anew',
      description:
        'The new model is loaded beside the present one and has to answer a probe before it gets a request. One that ' +
        'does not changes nothing.',
      request: { schema: reloadRequestSchema },
      responses: { 200: { description: 'The model that answers from now on.', schema: modelSchema } },
    },
    async handle(context) {
      const body = parseWith(reloadRequestSchema, await kernel.readJson(context), []);
      const path = body.model === undefined ? holder.path : await siblingOf(holder.path, body.model);
      if (holder.reloading !== undefined && holder.reloading.path !== path) {
        throw new Problem('conflict', { detail: 'another model is being loaded', retryAfterSeconds: 5 });
      }
      const model = await holder.reload(path);
      kernel.audit(context, { action: 'admin', model: model.id, outcome: 'reloaded' });
      return context.json(modelToJson(model));
    },
  };
}

async function siblingOf(path: string | undefined, name: string): Promise<string> {
  return join(dirname(path ?? (await bundledModelPath())), name);
}
