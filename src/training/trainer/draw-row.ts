import { createRandom } from '../../core/random.js';
import { DEFAULT_CATALOG } from '../../domain/index.js';
import type { Tokenizer } from '../../encoding/index.js';
import {
  exampleAt,
  type Facts,
  hopsExample,
  noisyExample,
  outOfDomainExample,
  remedarcExample,
  withLostWords,
  withWordLabels,
} from '../dataset/index.js';
import { createRowEncoder, type DrawRow } from './row-source.js';
import { phaseAt } from './schedule.js';
import type { TrainingSettings } from './settings.js';

/** Catalogs that input which is no alert is shown with, beside the default one. */
const ODD_CATALOGS = 64;

/** Draws examples as the phase of the curriculum wants them. */
export function drawRow(facts: Facts, settings: TrainingSettings, tokenizer: Tokenizer): DrawRow {
  const encode = createRowEncoder(tokenizer);
  const { seed } = settings;
  const stream = { seed, split: 'train' } as const;
  const catalogs = Array.from(
    { length: ODD_CATALOGS },
    (_, index) => exampleAt(facts, { ...stream, catalogs: 'random' }, index).catalog,
  );
  const words = tokenizer.vocabulary.words.filter((word) => /^[a-z]{3,}$/.test(word));
  return (index, drawnAt) => {
    const phase = phaseAt(drawnAt, settings);
    const { remedarcShare, hopsShare, outOfDomainShare, ruleFunctionShare } = phase;
    const random = createRandom(`${seed}/family/${index}`);
    const share = random.next();
    if (share < remedarcShare) return encode(remedarcExample({ seed, suite: 'train', index }));
    if (share < remedarcShare + hopsShare) return encode(hopsExample({ ...stream, index }));
    if (share < remedarcShare + hopsShare + outOfDomainShare) {
      return encode(outOfDomainExample({ ...stream, index, catalogs }));
    }
    const special = random.chance(ruleFunctionShare) ? ({ functions: 'unseen', catalogs: 'random' } as const) : {};
    let example = exampleAt(facts, { ...stream, ...phase, ...special }, index);
    if (random.chance(phase.noiseShare)) example = noisyExample(example, random);
    if (random.chance(phase.wordLabelShare)) example = withWordLabels(example, words, random);
    if (random.chance(phase.lostWordsShare)) example = withLostWords(example, DEFAULT_CATALOG, random);
    return encode(example);
  };
}
