import type { z } from 'zod';
import type { ModelIdentity } from '../model/service-model.js';
import type { modelSchema } from '../openapi/schemas.js';

/** A model as it goes over the wire. */
export function modelToJson({ id, sha256, executionProvider }: ModelIdentity): z.output<typeof modelSchema> {
  return { id, sha256, execution_provider: executionProvider };
}
