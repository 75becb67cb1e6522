import { TrainingError } from '../../core/errors.js';
import { createRandom, type Random } from '../../core/random.js';
import { answerOf, presentedDefault, presentedRandom } from './answer/answer.js';
import { randomCatalog, rightFunctions } from './catalog/random-catalog.js';
import { type DressedSituation, drawDemonstrations, teachQuery } from './demonstrations/draw-demonstrations.js';
import { addPipelineLabels, dressAlert, restyled } from './dress.js';
import type { Example, Split } from './example.js';
import type { Facts } from './facts/schema.js';
import { type Entry, planOf, type SplitPlan } from './plan.js';
import { modeSituation } from './situation/mode-situation.js';
import { ruleSituation } from './situation/rule-situation.js';

/** How examples are drawn. */
export interface StreamOptions {
  readonly seed: number;
  readonly split: Split;
  /** Which catalogs are presented: the default one, random ones, or both (default). */
  readonly catalogs?: 'default' | 'random' | 'both';
  /** Share of training examples about the runbook's alerts, [0, 1]. Default 0.2. */
  readonly runbookShare?: number;
  /** Share of examples that are shown answered alerts beside the query, [0, 1]. Default 0. */
  readonly demonstrationShare?: number;
  /** `taught`: every example has one demonstration of its kind that says something else than the facts. */
  readonly demonstrations?: 'taught';
  /** Least and greatest number of functions of random catalogs. Default: mostly 4 to 24, now and then up to 64. */
  readonly catalogSizes?: readonly [least: number, greatest: number];
  /**
   * `unseen`: rules that call for a function of their own, in catalogs of the split's own functions only. `all`: functions
   * that rules of training call for stand in the catalogs, too, as they always do in training.
   */
  readonly functions?: 'unseen' | 'all';
  /** Share of default catalogs where both are presented, [0, 1]. Default 0.36. */
  readonly defaultCatalogShare?: number;
  /** `held-out`: rules of vendors that are not in training; only with the test split. */
  readonly vendors?: 'held-out';
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
  const unseen = options.functions === 'unseen';
  const draw = unseen ? plan.drawOwned : options.vendors === 'held-out' ? plan.drawVendorRule : runbook;
  const pool = unseen ? plan.unseenFunctions : options.functions === 'all' ? plan.allFunctions : plan.functions;
  if (unseen && draw === undefined) {
    throw new TrainingError(`no rule of the ${options.split} split calls for a function in rule-functions.yaml`);
  }
  if (options.vendors === 'held-out' && draw === undefined) {
    throw new TrainingError(`the ${options.split} split holds no rules of held-out vendors; only the test split does`);
  }
  const entry = (draw ?? (random.chance(MODE_SHARE) ? plan.drawMode : plan.drawRule))(random);
  const query = dress(entry, plan, facts, random);
  const { situation, alert } = query;
  const right = rightFunctions(situation, facts, pool);
  const share = runbook === undefined ? (options.defaultCatalogShare ?? DEFAULT_SHARE) : DEFAULT_SHARE_RUNBOOK;
  const wish = options.catalogs ?? 'both';
  // Where every right function is held out or none exists, a random catalog would only teach "none".
  const barren = right.length === 0 && random.chance(0.6);
  const presented =
    wish === 'default' || (wish === 'both' && (random.chance(share) || barren))
      ? presentedDefault(facts)
      : presentedRandom(randomCatalog(situation, facts, pool, right, random, options.catalogSizes));
  const usual = answerOf(situation, alert, presented);
  const sources = {
    same: () => dress(sibling(entry, plan, random), plan, facts, random),
    other: () => dress(otherEntry(entry, plan, random), plan, facts, random),
  };
  const shown =
    options.demonstrations === 'taught'
      ? teachQuery(query, usual, presented, sources, random)
      : random.chance(options.demonstrationShare ?? 0)
        ? drawDemonstrations(query, usual, presented, sources, random)
        : undefined;
  return {
    id: `${options.split}-${options.seed}-${index}`,
    group: situation.group,
    source: situation.source,
    alert,
    catalog: presented.catalog,
    ...(shown && { demonstrations: shown.demonstrations }),
    ...(shown?.answer ?? usual),
    cause: situation.cause,
    split: options.split,
  };
}

/** An alert of an entry, with its labels, readings and sentences drawn. */
function dress(entry: Entry, plan: SplitPlan, facts: Facts, random: Random): DressedSituation {
  const bare = entry.kind === 'mode' ? modeSituation(entry, facts, random) : ruleSituation(entry, facts, random);
  const situation = restyled(addPipelineLabels(bare, random), random);
  return { situation, alert: dressAlert(situation, aside(plan, entry, random), random) };
}

/** The same alert, or now and then the same failure mode of the same component under another of its names. */
function sibling(entry: Entry, plan: SplitPlan, random: Random): Entry {
  if (entry.kind === 'rule' || random.chance(0.75)) return entry;
  const isSibling = (other: Entry): boolean =>
    other.kind === 'mode' && other.mode === entry.mode && other.component === entry.component;
  return random.pick(plan.entries.filter(isSibling));
}

/** Another kind of alert; half of the time the one of a dozen whose name is nearest, since lookalikes get shown most. */
function otherEntry(entry: Entry, plan: SplitPlan, random: Random): Entry {
  const isOther = (other: Entry): boolean =>
    other.group !== entry.group && (other.kind !== 'mode' || entry.kind !== 'mode' || other.mode !== entry.mode);
  const draw = (): Entry => (random.chance(MODE_SHARE) ? plan.drawMode : plan.drawRule)(random);
  const others = Array.from({ length: random.chance(0.5) ? 24 : 4 }, draw).filter(isOther);
  const stems = new Set(entry.group.split(' '));
  const shared = ({ group }: Entry): number => group.split(' ').filter((stem) => stems.has(stem)).length;
  const [first, ...rest] = others;
  if (first === undefined) return otherEntry(entry, plan, random);
  return rest.reduce((nearest, other) => (shared(other) > shared(nearest) ? other : nearest), first);
}

/** A sentence about another situation of the same split. */
function aside(plan: SplitPlan, entry: Entry, random: Random): string | undefined {
  const other = plan.drawRule(random);
  return other.group === entry.group ? undefined : other.sentences[0];
}
