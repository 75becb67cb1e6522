import { createRandom } from '../../core/random.js';
import { DEFAULT_CATALOG } from '../../domain/index.js';
import { presentFunction, trainingWordings } from './catalog/function-form.js';
import type { Facts, FailureMode } from './facts/schema.js';
import { planOf } from './plan.js';
import * as lists from './situation/word-lists.js';
import { generateExamples } from './stream.js';

/**
 * The texts of the training split from which the vocabulary is built: alert names, label keys, fixed label values,
 * metric names, sentences, functions and parameters, and `sampled` generated alerts. Nothing of a held-out alert
 * name, sentence or function family is in it.
 */
export function* vocabularyTexts(facts: Facts, sampled: number): Generator<string, void, void> {
  const plan = planOf(facts).train;
  const modes = new Set<FailureMode>();
  for (const entry of plan.entries) {
    yield* entry.sentences;
    if (entry.kind === 'mode') {
      yield entry.alertName;
      modes.add(entry.mode);
      continue;
    }
    const { rule } = entry;
    yield rule.alert;
    yield* [...rule.metrics, ...rule.labelKeys, ...Object.keys(rule.signals)];
    for (const [key, value] of Object.entries(rule.staticLabels)) yield* [key, value];
  }
  for (const mode of modes) {
    yield* Object.values(mode.values).flat();
    for (const set of [mode.metrics, ...mode.alternativeMetrics]) {
      for (const [names, reading] of Object.entries(set)) {
        yield* names.split('|');
        if (Array.isArray(reading)) yield* reading.filter((word) => typeof word === 'string');
      }
    }
  }
  for (const { keys } of Object.values(facts.roles)) yield* keys;
  for (const list of Object.values(lists)) yield* list;
  yield* functionTexts(facts);
  for (const { alert } of generateExamples(facts, { seed: 0, split: 'train', catalogs: 'default', count: sampled })) {
    yield* Object.keys(alert.labels);
    yield* Object.values(alert.annotations);
    for (const [key, value] of Object.entries(alert.metrics)) yield* [key, String(value)];
  }
}

/** Names and descriptions of functions, as training shows them. */
export function* shownFunctionTexts(facts: Facts): Generator<string, void, void> {
  const { allowed, ofRules } = planOf(facts).train.functions;
  for (const fact of [...allowed, ...ofRules.all]) {
    yield* [...trainingWordings(fact.names), ...trainingWordings(fact.descriptions)];
  }
  for (const { name, description } of DEFAULT_CATALOG) yield* [name, description];
}

function* functionTexts(facts: Facts): Generator<string, void, void> {
  const random = createRandom('vocabulary');
  const { allowed, ofRules } = planOf(facts).train.functions;
  for (const fact of [...allowed, ...ofRules.all]) {
    yield* [...trainingWordings(fact.names), ...trainingWordings(fact.descriptions)];
    for (const { use } of fact.parameters) {
      const form = facts.parameters[use] ?? facts.settings[use];
      yield* [...(form?.names ?? []), ...(form?.descriptions ?? [])];
    }
    // Vague descriptions and opaque names are part of what a catalog may hold.
    const { definition } = presentFunction(fact, facts, 'kebab', random.chance(0.5) ? 'name' : 'description', random);
    yield* [definition.name, definition.description];
  }
  for (const { name, description, parameters } of DEFAULT_CATALOG) {
    yield* [name, description];
    for (const [parameter, schema] of Object.entries(parameters.properties)) {
      yield* [parameter, schema.description ?? ''];
    }
  }
}
