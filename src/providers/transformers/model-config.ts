import type { PreTrainedModel, PreTrainedTokenizer } from '@huggingface/transformers';

/** How the next token is chosen, in the names of the library's generation parameters. */
export interface Sampling {
  readonly do_sample: boolean;
  /** Greater than 0; has no effect without `do_sample`. */
  readonly temperature: number;
  readonly num_beams: 1;
  readonly num_return_sequences: 1;
}

/** A key of the model's generation_config.json, else of its config.json, else of the part of it about text. */
function setting(model: PreTrainedModel, key: string): unknown {
  const config = model.config as unknown as Record<string, unknown>;
  const places = [model.generation_config, config, config.text_config] as (
    | Record<string, unknown>
    | null
    | undefined
  )[];
  return places.map((place) => place?.[key]).find((value) => value !== undefined && value !== null);
}

/** The call's temperature, 0 being the likeliest token every time; the model's own way of sampling without one. */
export function samplingOf(requested: number | undefined, model: PreTrainedModel): Sampling {
  const own = setting(model, 'do_sample') === true ? (setting(model, 'temperature') ?? 1) : 0;
  const temperature = requested ?? (typeof own === 'number' ? own : 0);
  const sampled = temperature > 0;
  return { do_sample: sampled, temperature: sampled ? temperature : 1, num_beams: 1, num_return_sequences: 1 };
}

/** Tokens that end an answer; empty where neither the model nor its tokenizer names one. */
export function endTokensOf(model: PreTrainedModel, tokenizer: PreTrainedTokenizer): readonly number[] {
  const named = setting(model, 'eos_token_id') ?? tokenizer.eos_token_id;
  return (Array.isArray(named) ? named : [named]).filter((token): token is number => Number.isInteger(token));
}

/** Tokens that prompt and answer share; Infinity where the model's config.json does not say. */
export function contextTokensOf(model: PreTrainedModel): number {
  const named = setting(model, 'max_position_embeddings') ?? setting(model, 'n_positions');
  return typeof named === 'number' && named >= 1 ? named : Number.POSITIVE_INFINITY;
}
