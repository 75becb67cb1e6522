import { TrainingError } from '../../../core/errors.js';
import { createRandom, hash32, type Random } from '../../../core/random.js';
import { type Catalog, DEFAULT_CATALOG } from '../../../domain/index.js';
import type { Example } from '../example.js';
import type { OutOfDomainSplit } from './domain.js';
import { dressContent } from './dress-content.js';
import { type Content, drawKind } from './kinds.js';

/** Which example to make. */
export interface OutOfDomainOptions {
  readonly seed: number;
  readonly split: OutOfDomainSplit;
  /** Place in the split, from 0. */
  readonly index: number;
  /** Catalogs to present to the half that is not shown the default one; without any, all are shown that. */
  readonly catalogs?: readonly Catalog[];
}

const SPLITS: readonly OutOfDomainSplit[] = ['train', 'calibration', 'test'];
const MAX_ATTEMPTS = 200;

/**
 * Input in the shape of an alert that is none: babble, chatter, code, other walks of life. No function applies, and
 * being sure of it is wrong (`answerable: false`). The same seed, split and index give the same input.
 * @throws TrainingError for a split or index that does not exist.
 */
export function outOfDomainExample({ seed, split, index, catalogs = [] }: OutOfDomainOptions): Example {
  if (!SPLITS.includes(split)) {
    throw new TrainingError(
      `outOfDomainExample: there is no split "${String(split)}"; choose one of ${SPLITS.join(', ')}`,
    );
  }
  if (!Number.isSafeInteger(index) || index < 0) {
    throw new TrainingError(`outOfDomainExample: expected a whole index from 0, received ${String(index)}`);
  }
  const random = createRandom(`out-of-domain/${seed}/${split}/${index}`);
  const content = ownContent(split, random.fork('content'));
  return {
    id: `ood-${split}-${seed}-${index}`,
    group: `ood ${content.kind} ${hash32(nameKey(content.title))}`,
    source: 'out-of-domain',
    alert: dressContent(content, random.fork('alert')),
    catalog: presented(catalogs, random.fork('catalog')),
    functions: [],
    noneAcceptable: true,
    parameters: {},
    answerable: false,
    cause: 'unknown',
    split,
  };
}

/** Content whose title no other split draws: titles that any could have drawn are shared out by hash. */
function ownContent(split: OutOfDomainSplit, random: Random): Content {
  const draw = drawKind(split, random);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const content = draw();
    if (content.owned === true || SPLITS[hash32(`split/${nameKey(content.title)}`) % SPLITS.length] === split)
      return content;
  }
  throw new TrainingError(`outOfDomainExample: no title for the split "${split}" in ${MAX_ATTEMPTS} attempts`);
}

/** What is left of a name when its style is taken away: neither case nor separators. */
function nameKey(title: string): string {
  return title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '') || title;
}

function presented(catalogs: readonly Catalog[], random: Random): Catalog {
  return catalogs.length === 0 || random.chance(0.5) ? DEFAULT_CATALOG : random.pick(catalogs);
}
