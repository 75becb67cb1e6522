import { TrainingError } from '../../../core/errors.js';
import { createRandom, type Random } from '../../../core/random.js';
import type { Alert, Demonstration, ParameterOrigin } from '../../../domain/index.js';
import { createReach } from '../answer/reach.js';
import type { Example } from '../example.js';
import { bindParameters } from './binding.js';
import type { Column } from './columns.js';
import { contradiction, distractor } from './distractors.js';
import { draftRule, SHOTS } from './draft-rule.js';
import { opaqueCatalog, type SecondParameter } from './opaque-catalog.js';
import { featuresOf } from './solver/features.js';
import { NONE, predict, predictLabel } from './solver/predict.js';
import { SUITES, type Suite } from './suites.js';
import { createSymbols, type SymbolMaker } from './symbols.js';

/** Which item to make. */
export interface RemedarcOptions {
  readonly seed: number;
  /** Place in the suite, from 0. */
  readonly index: number;
  readonly suite: Suite;
}

/** Labels and metrics of an alert beside its name; with the name and its one word they are at most 12 fields. */
const MAX_COLUMNS = 8;
const MAX_COLUMNS_MORE = 10;
const MAX_DISTRACTORS = 4;
const MAX_ATTEMPTS = 400;
/** Draws of one distractor before the item goes without it. */
const DISTRACTOR_ATTEMPTS = 10;

/**
 * One item: three answered alerts under a hidden rule, and an alert to answer by the same rule, with functions whose
 * names tell nothing. Symbols, rule and catalog are drawn anew for every item. An item is kept when all simplest rules
 * that explain the demonstrations agree on its answer (in the suite `ambiguous`: when they disagree, which makes "none"
 * the answer). The same options give the same item.
 * @throws TrainingError for a suite that does not exist.
 */
export function remedarcExample({ seed, index, suite }: RemedarcOptions): Example {
  if (!SUITES.includes(suite)) {
    throw new TrainingError(
      `remedarcExample: there is no suite "${String(suite)}"; choose one of ${SUITES.join(', ')}`,
    );
  }
  const root = createRandom(`remedarc/${seed}/${suite}/${index}`);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const made = attemptItem(suite, root.fork(String(attempt)));
    if (made === undefined) continue;
    return {
      id: `remedarc-${suite}-${seed}-${index}`,
      group: `remedarc ${suite}`,
      source: 'remedarc',
      ...made,
      cause: 'unknown',
      split: suite === 'train' ? 'train' : 'test',
    };
  }
  throw new TrainingError(
    `remedarcExample: no item of suite "${suite}" in ${MAX_ATTEMPTS} attempts (seed ${seed}, index ${index})`,
  );
}

type Item = Pick<Example, 'alert' | 'catalog' | 'demonstrations' | 'functions' | 'noneAcceptable' | 'parameters'>;

function attemptItem(suite: Suite, random: Random): Item | undefined {
  const symbols = createSymbols(suite === 'new-symbols' ? 'held-out' : 'train', random);
  const share = random.next();
  const second: SecondParameter | undefined = share < 0.2 ? 'namespace' : share < 0.35 ? 'number' : undefined;
  const { catalog, first, second: other } = opaqueCatalog(4 + random.integer(9), second, random);
  const rule = draftRule(suite, catalog.length, symbols, random);
  const shown = rule.answers.slice(0, SHOTS);
  const truth = rule.answers[SHOTS] as number;
  const bound = bindParameters({ first, ...(other !== undefined && { other }), second }, rule, symbols, random);
  const origins = Array.from({ length: SHOTS + 1 }, (_, at) => bound.originsOf(at));
  const isRight = (columns: readonly Column[]): boolean => {
    const features = featuresOf(columns);
    const { level, answers } = predict(features, shown);
    if (level !== rule.level || answers.size !== 1 || !answers.has(truth)) return false;
    return Object.keys(origins[SHOTS] ?? {}).every((parameter) => {
      const labels = origins.map((one) => labelNumber(one[parameter], columns));
      const found = predictLabel(features, shown, labels.slice(0, SHOTS), truth);
      return found.size === 1 && found.has(labels[SHOTS] ?? NONE);
    });
  };
  let columns: Column[] = [...rule.columns, ...bound.columns];
  if (!isRight(columns)) return undefined;

  const room = (suite === 'more-distractors' ? MAX_COLUMNS_MORE : MAX_COLUMNS) - columns.length;
  const wanted = suite === 'more-distractors' ? room : Math.min(room, 1 + random.integer(MAX_DISTRACTORS));
  const decoy = decoyOf(rule.answers, random);
  for (let count = 0; count < wanted; count++) {
    for (let attempt = 0; attempt < DISTRACTOR_ATTEMPTS; attempt++) {
      const extended = [...columns, distractor(decoy, symbols, random)];
      if (!isRight(extended)) continue;
      columns = extended;
      break;
    }
  }
  const names = alertNames(symbols, random);
  const ambiguous = suite === 'ambiguous';
  if (ambiguous) columns = [...columns.slice(0, MAX_COLUMNS - 1), contradiction(rule.answers, symbols, random)];
  const all = [...columns, names];
  if (ambiguous ? predict(featuresOf(all), shown).answers.size < 2 : !isRight(all)) return undefined;

  const alerts = Array.from({ length: SHOTS + 1 }, (_, at) => alertOf(all, at, random));
  const query = alerts[SHOTS] as Alert;
  const nameOf = (answer: number): string | null => catalog[answer]?.name ?? null;
  const demonstrations = shown.map((answer, at): Demonstration => {
    const lambdaFunction = nameOf(answer);
    return { alert: alerts[at] as Alert, lambdaFunction, parameterOrigins: origins[at] ?? {} };
  });
  // Every call must be possible under the pointer masks, those that are shown as well as the one that is asked for.
  const [signature] = catalog;
  if (signature === undefined) return undefined;
  if (alerts.some((alert, at) => rule.answers[at] !== NONE && !isReachable(alert, signature, origins[at] ?? {}))) {
    return undefined;
  }
  const definition = catalog[truth];
  if (ambiguous || definition === undefined) {
    return { alert: query, catalog, demonstrations, functions: [], noneAcceptable: true, parameters: {} };
  }
  const parameters = Object.fromEntries(Object.entries(origins[SHOTS] ?? {}).map(([name, origin]) => [name, [origin]]));
  return {
    alert: query,
    catalog,
    demonstrations,
    functions: [definition.name],
    noneAcceptable: false,
    parameters: { [definition.name]: parameters },
  };
}

/** Place of a label or metric among the columns. */
function labelNumber(origin: ParameterOrigin | undefined, columns: readonly Column[]): number | undefined {
  if (origin === undefined || !('key' in origin)) return undefined;
  return columns.findIndex(({ kind, key }) => kind === origin.kind && key === origin.key);
}

function isReachable(
  alert: Alert,
  definition: Example['catalog'][number],
  origins: Readonly<Record<string, ParameterOrigin>>,
): boolean {
  const wanted = Object.fromEntries(Object.entries(origins).map(([name, origin]) => [name, [origin]]));
  return createReach(alert).reachable(definition, wanted) !== undefined;
}

/** The demonstration that the query is made to resemble: mostly one with another answer. */
function decoyOf(answers: readonly number[], random: Random): number {
  const places = Array.from({ length: SHOTS }, (_, at) => at);
  const misleading = places.filter((at) => answers[at] !== answers[SHOTS]);
  return random.pick(random.chance(0.7) && misleading.length > 0 ? misleading : places);
}

/** The names of the alerts, one word each: mostly the same for all. */
function alertNames(symbols: SymbolMaker, random: Random): Column {
  const common = random.chance(0.65) ? symbols.alertName() : undefined;
  const cells = Array.from({ length: SHOTS + 1 }, () => common ?? symbols.alertName());
  return { kind: 'label', key: 'alertname', cells };
}

function alertOf(columns: readonly Column[], at: number, random: Random): Alert {
  const labels: [string, string][] = [];
  const metrics: [string, number | string][] = [];
  for (const { kind, key, cells } of columns) {
    const cell = cells[at];
    if (cell === undefined) continue;
    if (kind === 'metric') metrics.push([key, cell]);
    else labels.push([key, String(cell)]);
  }
  return {
    labels: Object.fromEntries(random.shuffle(labels)),
    annotations: {},
    metrics: Object.fromEntries(metrics),
    status: 'firing',
  };
}
