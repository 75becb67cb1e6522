import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ToolCall } from '../../../domain/index.js';
import type { Problem } from '../../http/problem.js';
import type { ModelIdentity } from '../../model/service-model.js';
import { MODEL_NAMES } from '../model-names.js';
import type { Reply } from '../question.js';
import type { StreamForm } from '../stream.js';

const wireCall = z.object({
  id: z.string(),
  function: z.object({ index: z.int().min(0), name: z.string(), arguments: z.unknown() }),
});

const ended = {
  model: z.string(),
  created_at: z.string(),
  done: z.boolean(),
  done_reason: z.string().optional(),
  total_duration: z.int().min(0).optional().describe('Nanoseconds.'),
  load_duration: z.int().min(0).optional(),
  prompt_eval_count: z.int().min(0).optional().describe('0 for the TRM, which reads no tokens of text.'),
  prompt_eval_duration: z.int().min(0).optional(),
  eval_count: z.int().min(0).optional().describe('0 for the TRM, which writes no tokens.'),
  eval_duration: z.int().min(0).optional(),
};

export const chatAnswerSchema = z.object({
  ...ended,
  message: z.object({ role: z.literal('assistant'), content: z.string(), tool_calls: z.array(wireCall).optional() }),
});
export const generateAnswerSchema = z.object({ ...ended, response: z.string() });

const details = z.object({
  parent_model: z.string(),
  format: z.string(),
  family: z.string(),
  families: z.array(z.string()),
  parameter_size: z.string(),
  quantization_level: z.string(),
});
export const tagsSchema = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      model: z.string(),
      modified_at: z.string(),
      size: z.int(),
      digest: z.string(),
      details,
    }),
  ),
});
export const showAnswerSchema = z.looseObject({
  details,
  model_info: z.record(z.string(), z.unknown()),
  capabilities: z.array(z.string()),
});
export const versionAnswerSchema = z.object({ version: z.string() });

/** Writes answers of one of the two endpoints. */
export interface OllamaForm {
  /** The whole answer as one object. */
  whole(reply: Reply): Record<string, unknown>;
  /** The answer to a request that only wants the model to be there. */
  loaded(): Record<string, unknown>;
  readonly stream: StreamForm;
}

export interface OllamaFormOptions {
  readonly endpoint: 'chat' | 'generate';
  /** Name of the service's model in the answer. */
  readonly model: string;
  /** Nanoseconds since the request arrived. */
  readonly elapsed: () => number;
}

/** The answers of /api/chat and /api/generate, which differ in where the text stands. */
export function ollamaForm({ endpoint, model, elapsed }: OllamaFormOptions): OllamaForm {
  const head = (by?: string): Record<string, unknown> => ({ model: by ?? model, created_at: new Date().toISOString() });
  const said = (text: string, calls: readonly ToolCall[] = []): Record<string, unknown> => {
    if (endpoint === 'generate') return { response: text };
    return {
      message: { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: calls.map(toWire) }) },
    };
  };
  const end = ({ finish, usage }: Reply): Record<string, unknown> => ({
    done: true,
    done_reason: finish === 'length' ? 'length' : 'stop',
    ...durations(elapsed(), usage),
  });
  const line = (value: Record<string, unknown>): string => `${JSON.stringify(value)}\n`;
  return {
    whole: (reply) => ({ ...head(reply.by), ...said(reply.text, reply.calls), ...end(reply) }),
    loaded: () => ({ ...head(), ...said(''), done: true, done_reason: 'load' }),
    stream: {
      contentType: 'application/x-ndjson',
      opening: () => '',
      piece: (text, by) => line({ ...head(by), ...said(text), done: false }),
      end(reply) {
        const { by, calls } = reply;
        const called = calls.length > 0 ? line({ ...head(by), ...said('', calls), done: false }) : '';
        return called + line({ ...head(by), ...said(''), ...end(reply) });
      },
      failure: (problem) => line(ollamaProblem(problem)),
    },
  };
}

function toWire({ name, arguments: given }: ToolCall, index: number): z.infer<typeof wireCall> {
  return { id: `call_${randomBytes(12).toString('hex')}`, function: { index, name, arguments: given } };
}

/** All times are that of the whole answer: nothing is loaded, and no prompt is read token by token. */
function durations(elapsed: number, { inputTokens, outputTokens }: Reply['usage']): Record<string, unknown> {
  return {
    total_duration: elapsed,
    load_duration: 0,
    ...(inputTokens !== undefined && { prompt_eval_count: inputTokens }),
    prompt_eval_duration: 0,
    ...(outputTokens !== undefined && { eval_count: outputTokens }),
    eval_duration: elapsed,
  };
}

/** A problem as Ollama tells one. */
export function ollamaProblem(problem: Problem): { readonly error: string } {
  return { error: problem.message };
}

const DETAILS = {
  parent_model: '',
  format: 'onnx',
  family: 'trm',
  families: ['trm'],
  // As Ollama leaves them where it does not know.
  parameter_size: '',
  quantization_level: '',
};

/** The list of models. The size is 0, since the model's folder is not measured. */
export function ollamaTags({ sha256 }: ModelIdentity, since: string): z.infer<typeof tagsSchema> {
  return {
    models: MODEL_NAMES.map((name) => ({
      name: `${name}:latest`,
      model: `${name}:latest`,
      modified_at: since,
      size: 0,
      digest: sha256,
      details: DETAILS,
    })),
  };
}

export function ollamaShow({ id, sha256, executionProvider }: ModelIdentity, since: string): Record<string, unknown> {
  return {
    license: '',
    modelfile: '',
    parameters: '',
    template: '',
    details: DETAILS,
    model_info: {
      'general.architecture': 'trm',
      'general.name': id,
      'trm.sha256': sha256,
      'trm.execution_provider': executionProvider,
    },
    capabilities: ['completion', 'tools'],
    modified_at: since,
  };
}
