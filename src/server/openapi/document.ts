import { z } from 'zod';
import { PROBLEMS } from '../http/problem.js';
import type { ServiceRoute } from '../service-route.js';
import type { Operation } from './operation.js';
import { problemSchema } from './schemas.js';

const PROBLEM = '#/components/schemas/Problem';

/** The OpenAPI 3.1 document of routes. */
export function openApiDocument(routes: readonly ServiceRoute[], version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    if (!route.operation) continue;
    // hono writes `:id` where OpenAPI writes `{id}`.
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, route.operation) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'agent-trm',
      version,
      description: 'Answers Prometheus alerts with a Tiny Recursive Model, and says how sure it is.',
    },
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        certificate: { type: 'mutualTLS' },
      },
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
    },
  };
}

function operationOf({ scope, path }: ServiceRoute, operation: Operation): Readonly<Record<string, unknown>> {
  const { id, summary, description, request, responses } = operation;
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const given = Object.entries(responses).map(([status, response]) => [
    status,
    {
      description: response.description,
      ...(response.schema && {
        content: { [response.mediaType ?? 'application/json']: { schema: jsonSchema(response.schema, 'output') } },
      }),
    },
  ]);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
    ...(request && {
      requestBody: {
        required: true,
        content: Object.fromEntries(
          (request.mediaTypes ?? ['application/json']).map((type) => [
            type,
            { schema: jsonSchema(request.schema, 'input') },
          ]),
        ),
      },
    }),
    // A client may show either; which one counts is the service's to say.
    security: scope === 'public' ? [] : [{ bearer: [scope] }, { certificate: [] }],
    responses: { ...Object.fromEntries(given), default: PROBLEM_RESPONSE },
  };
}

const PROBLEM_RESPONSE = {
  description: `A problem: ${Object.entries(PROBLEMS)
    .map(([name, { status }]) => `${name} (${status})`)
    .join(', ')}.`,
  content: { 'application/problem+json': { schema: { $ref: PROBLEM } } },
};

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  });
  return rest;
}
