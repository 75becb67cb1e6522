import { z } from 'zod';
import { ALERT_LIMITS, CATALOG_LIMITS } from '../../domain/index.js';

/**
 * The shapes that go over the wire, for the OpenAPI document and for tests. What comes in is read by the domain's own
 * readers, which take all of this and say more precisely what is wrong with the rest.
 */
const share = z.number().min(0).max(1);
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const parameters = z.record(z.string(), scalar).describe('Values by parameter; every target stands in the alert.');
const entries = (what: string) => z.record(z.string(), z.string()).describe(`At most ${ALERT_LIMITS.entries} ${what}.`);

export const alertJsonSchema = z
  .looseObject({
    labels: entries('labels').describe('Labels; `alertname` is required.'),
    annotations: entries('annotations').optional(),
    metrics: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
    status: z.enum(['firing', 'resolved']).optional(),
    startsAt: z.string().optional().describe('RFC 3339.'),
    endsAt: z.string().optional().describe('RFC 3339.'),
    generatorURL: z.string().optional(),
    fingerprint: z.string().optional(),
  })
  .describe('One alert of Prometheus.');

export const catalogJsonSchema = z
  .array(
    z.looseObject({
      name: z.string().min(1).max(CATALOG_LIMITS.nameLength),
      description: z.string().optional(),
      parameters: z.looseObject({}).optional().describe('JSON Schema of type object.'),
      risk: z.enum(['read', 'mutating', 'destructive']).optional(),
    }),
  )
  .min(1)
  .max(CATALOG_LIMITS.functions)
  .describe('Functions to choose from, or tools as chat APIs take them. Left out: the catalog of the service.');

export const webhookJsonSchema = z
  .looseObject({
    version: z.literal('4').optional(),
    alerts: z.array(alertJsonSchema).min(1),
    catalog: catalogJsonSchema.optional(),
  })
  .describe("Alertmanager's webhook, or a list of alerts with a catalog.");

export const cloudEventJsonSchema = z
  .looseObject({
    specversion: z.string(),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    data: z.union([alertJsonSchema, webhookJsonSchema]),
  })
  .describe('A CloudEvent in structured mode.');

export const selectRequestSchema = z.union([
  alertJsonSchema,
  webhookJsonSchema,
  z.looseObject({ alert: alertJsonSchema, catalog: catalogJsonSchema.optional() }),
  cloudEventJsonSchema,
  z.array(z.union([alertJsonSchema, webhookJsonSchema, cloudEventJsonSchema])).min(1),
]);

const origin = z.looseObject({ kind: z.string() });
const evidence = z.looseObject({ kind: z.string(), source: z.string() });

const trmDecisionSchema = z
  .object({
    lambda_function: z.string().nullable(),
    parameters,
    confidence: share,
    accepted: z.boolean(),
    reasoning: z.string(),
    method: z.string(),
    iterations: z.int().min(1),
    candidates: z.array(z.object({ lambda_function: z.string().nullable(), probability: share })),
    trace: z.array(
      z.object({
        step: z.int().min(1),
        h_cycle: z.int().min(1),
        lambda_function: z.string().nullable(),
        parameters,
        confidence: share,
      }),
    ),
    abstain_reason: z.string().optional(),
    cause: z.string(),
    parameter_origins: z.record(z.string(), origin),
  })
  .describe("The model's own decision with its answer after every recursion cycle.");

export const chainDecisionSchema = z
  .object({
    fingerprint: z.string().describe('Of the alert.'),
    outcome: z.enum(['selected', 'none-applies', 'resolved', 'escalated']),
    lambda_function: z.string().nullable(),
    parameters,
    confidence: share,
    phase: z.string().nullable(),
    reasoning: z.string(),
    attempts: z.array(
      z.object({
        phase: z.string(),
        outcome: z.string(),
        lambda_function: z.string().optional(),
        confidence: share.optional(),
        threshold: share,
        reason: z.string(),
        duration_ms: z.number(),
      }),
    ),
    evidence: z.array(evidence),
    parameter_origins: z.record(z.string(), origin),
    trm: trmDecisionSchema.optional(),
    correlation_id: z.string(),
    duration_ms: z.number(),
  })
  .describe('What the chain makes of one alert, with every attempt that led to it.');

export const selectAnswerSchema = z.object({
  decisions: z.array(chainDecisionSchema).describe('One for each alert, in order.'),
  model: z.string(),
});

export const reasonRequestSchema = z.union([
  z
    .looseObject({
      prompt: z.string(),
      context: z.looseObject({}).optional(),
      max_steps: z.int().min(1).max(1_000).optional(),
      stop_confidence: share.optional(),
    })
    .describe('As TRMClient asks.'),
  z
    .looseObject({
      problem: z.union([z.string(), z.looseObject({})]),
      context: z.looseObject({}).optional(),
      catalog: catalogJsonSchema.optional(),
      max_iterations: z.int().min(1).max(1_000).optional(),
    })
    .describe('As agents ask by themselves.'),
]);

export const promptAnswerSchema = z.strictObject({
  answer: z.string().describe('JSON text {lambda_function, parameters, reasoning}.'),
  confidence: share,
  steps: z.array(z.strictObject({ answer: z.string(), confidence: share })).min(1),
  model: z.string(),
});

const answer = z.strictObject({ lambda_function: z.string().nullable(), parameters, reasoning: z.string() });

export const problemAnswerSchema = z.strictObject({
  result: z.string().describe('The answer as JSON text.'),
  answer,
  confidence: share,
  iterations: z.int().min(1),
  trace: z.array(z.strictObject({ step: z.int().min(1), answer, confidence: share })).min(1),
  model: z.string(),
});

export const feedbackRequestSchema = z
  .looseObject({
    event_id: z.string().min(1).max(256).describe('Id of the event that carried the call; the same id counts once.'),
    lambda_function: z.string().min(1).max(CATALOG_LIMITS.nameLength),
    parameters: parameters.optional(),
    alert: alertJsonSchema,
    outcome: z.enum(['effective', 'ineffective', 'failed', 'unknown']),
  })
  .describe('How an action ended.');

export const reloadRequestSchema = z
  .strictObject({
    model: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,127}$/)
      .optional()
      .describe('Name of a folder beside that of the present model. Left out: the present folder, read anew.'),
  })
  .describe('The model to take.');

export const modelSchema = z.object({
  id: z.string(),
  sha256: z.string(),
  execution_provider: z.string(),
});

export const versionSchema = z.object({ name: z.string(), version: z.string(), model: modelSchema });

export const problemSchema = z
  .object({
    type: z.string().describe('Stable name of the problem: urn:agent-trm:problem:<name>.'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().optional(),
    path: z.string().optional().describe('Field of the request that was at fault.'),
    request_id: z.string().optional(),
  })
  .describe('Problem details (RFC 9457).');
