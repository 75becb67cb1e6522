import type { z } from 'zod';
import type { HttpClient } from '../../http/client.js';

/** Checks what a server sent. Throws ProviderError `bad-response` that names the first field of another form. */
export function readWire<T>(http: HttpClient, what: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join('.')}` : '';
  throw http.failure('bad-response', `${http.origin} sent ${what} of another form${where}: ${issue?.message ?? ''}`);
}
