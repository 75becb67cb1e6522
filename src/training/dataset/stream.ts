import { createRandom, type Random } from '../../core/random.js';
import { type Catalog, DEFAULT_CATALOG } from '../../domain/index.js';
import { defaultParameters, type ParameterOrigins } from './answer/default-answer.js';
import { intentCandidates } from './answer/intent-answer.js';
import { createReach } from './answer/reach.js';
import { randomCatalog, rightFunctions } from './catalog/random-catalog.js';
import { addPipelineLabels, dressAlert, restyled } from './dress.js';
import type { Example, Split } from './example.js';
import type { Facts } from './facts/schema.js';
import { type Entry, planOf, type SplitPlan } from './plan.js';
import { modeSituation } from './situation/mode-situation.js';
import { ruleSituation } from './situation/rule-situation.js';
import type { Situation } from './situation/situation.js';

/** How examples are drawn. */
export interface StreamOptions {
  readonly seed: number;
  readonly split: Split;
  /** Which catalogs are presented: the default one, random ones, or both (default). */
  readonly catalogs?: 'default' | 'random' | 'both';
  /** Share of training examples about the runbook's alerts, [0, 1]. Default 0.2. */
  readonly runbookShare?: number;
}

/** Share of training examples about the runbook's alerts. */
const RUNBOOK_SHARE = 0.2;
/** Of the rest, share about failure modes; the others are about real rules. */
const MODE_SHARE = 0.6;
/** Share of default catalogs; runbook alerts are mostly shown with it. */
const DEFAULT_SHARE = 0.36;
const DEFAULT_SHARE_RUNBOOK = 0.7;

/** An endless stream of examples; the same facts and options give the same stream. */
export function* exampleStream(facts: Facts, options: StreamOptions): Generator<Example, never, void> {
  for (let index = 0; ; index++) yield exampleAt(facts, options, index);
}

/** One example of the stream, by its place in it (from 0), made without those before it. */
export function exampleAt(facts: Facts, options: StreamOptions, index: number): Example {
  const random = createRandom(`${options.seed}/${options.split}/${options.catalogs ?? 'both'}/${index}`);
  return makeExample(facts, options, index, random);
}

/** The first `count` examples of the stream. */
export function generateExamples(facts: Facts, options: StreamOptions & { readonly count: number }): Example[] {
  const examples: Example[] = [];
  if (options.count <= 0) return examples;
  for (const example of exampleStream(facts, options)) {
    examples.push(example);
    if (examples.length >= options.count) break;
  }
  return examples;
}

function makeExample(facts: Facts, options: StreamOptions, index: number, random: Random): Example {
  const plan = planOf(facts)[options.split];
  const runbook =
    plan.drawRunbook !== undefined && random.chance(options.runbookShare ?? RUNBOOK_SHARE)
      ? plan.drawRunbook
      : undefined;
  const entry = (runbook ?? (random.chance(MODE_SHARE) ? plan.drawMode : plan.drawRule))(random);
  const bare = entry.kind === 'mode' ? modeSituation(entry, facts, random) : ruleSituation(entry, facts, random);
  const situation = restyled(addPipelineLabels(bare, random), random);
  const alert = dressAlert(situation, aside(plan, entry, random), random);
  const right = rightFunctions(situation, facts, plan.functions);
  const share = runbook === undefined ? DEFAULT_SHARE : DEFAULT_SHARE_RUNBOOK;
  const wish = options.catalogs ?? 'both';
  // Where every right function is held out or none exists, a random catalog would only teach "none".
  const barren = right.length === 0 && random.chance(0.6);
  const answer =
    wish === 'default' || (wish === 'both' && (random.chance(share) || barren))
      ? defaultAnswer(situation, alert)
      : randomAnswer(situation, alert, randomCatalog(situation, facts, plan.functions, right, random));
  return {
    id: `${options.split}-${options.seed}-${index}`,
    group: situation.group,
    source: situation.source,
    alert,
    ...answer,
    cause: situation.cause,
    split: options.split,
  };
}

type Answer = Pick<Example, 'catalog' | 'functions' | 'noneAcceptable' | 'parameters'>;

function defaultAnswer(situation: Situation, alert: Example['alert']): Answer {
  const reach = createReach(alert);
  const parameters: Record<string, ParameterOrigins> = {};
  for (const name of situation.defaultFunctions) {
    const definition = DEFAULT_CATALOG.find((candidate) => candidate.name === name);
    const wanted = defaultParameters(name, situation);
    if (definition === undefined || wanted === undefined) continue;
    const reached = reach.reachable(definition, wanted);
    if (reached !== undefined) parameters[name] = reached;
  }
  const functions = Object.keys(parameters);
  return {
    catalog: DEFAULT_CATALOG,
    functions,
    noneAcceptable: situation.noneAcceptable || functions.length === 0,
    parameters,
  };
}

function randomAnswer(
  situation: Situation,
  alert: Example['alert'],
  presented: ReturnType<typeof randomCatalog>,
): Answer {
  const catalog: Catalog = presented.map(({ definition }) => definition);
  const candidates = intentCandidates(presented, situation);
  const reach = createReach(alert);
  const parameters: Record<string, ParameterOrigins> = {};
  let primary = false;
  for (const candidate of candidates) {
    const { definition } = candidate.function;
    const reached = reach.reachable(definition, candidate.parameters);
    if (reached === undefined) continue;
    parameters[definition.name] = reached;
    primary ||= !candidate.secondary && !candidate.function.fact.intents.includes('notify-owner');
  }
  return { catalog, functions: Object.keys(parameters), noneAcceptable: !primary, parameters };
}

/** A sentence about another situation of the same split. */
function aside(plan: SplitPlan, entry: Entry, random: Random): string | undefined {
  const other = plan.drawRule(random);
  return other.group === entry.group ? undefined : other.sentences[0];
}
