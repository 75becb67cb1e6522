import {
  encodeAlert,
  encodeCatalog,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  nearestDemonstrations,
} from '../../encoding/index.js';
import type { RuntimeOptions } from '../../runtime/index.js';
import { type ModelFolder, type ReasoningStep, RemediationReasoner } from '../../trm/remediation/index.js';
import { type Example, type Facts, generateExamples } from '../dataset/index.js';
import { judge } from './judge.js';
import { share } from './metrics.js';

/** What adding answered alerts does, through the same retrieval as the selector's. */
export interface MemoryReport {
  /** Alerts of which one of the same kind was added, answered otherwise than the facts say. */
  readonly taught: number;
  /** Share of them that is answered as the added one says, function and parameters. */
  readonly followed: number;
  /** Alerts of other kinds, and the share of them whose answer the added ones did not change. */
  readonly others: number;
  readonly unchanged: number;
  /** Share of the taught alerts that retrieval found the added one for. */
  readonly found: number;
}

export interface MeasureMemoryOptions {
  readonly seed: number;
  readonly count: number;
  readonly runtime?: RuntimeOptions;
  readonly precision?: 'float32' | 'int8';
  readonly signal?: AbortSignal;
}

/** Entries in the memory at a time: what one runbook may add. */
const MEMORY_SIZE = 20;

/**
 * Adds twenty answered alerts at a time and asks about alerts of the same kinds (other spellings, values and
 * annotations) and about alerts of other kinds.
 */
export async function measureMemory(
  folder: ModelFolder,
  facts: Facts,
  options: MeasureMemoryOptions,
): Promise<MemoryReport> {
  const { seed, count, runtime, precision, signal } = options;
  const taught = generateExamples(facts, {
    seed: seed + 2,
    split: 'test',
    catalogs: 'default',
    demonstrations: 'taught',
    count,
  }).filter(({ demonstrations = [] }) => demonstrations.length === 1);
  const others = generateExamples(facts, { seed: seed + 3, split: 'test', catalogs: 'default', count });
  const reasoner = await RemediationReasoner.create(folder, {
    ...(runtime && { runtime }),
    ...(precision && { precision }),
  });
  try {
    const { tokenizer } = reasoner;
    const catalog = encodeCatalog(taught[0]?.catalog ?? others[0]?.catalog ?? [], tokenizer);
    const ask = async (
      example: Example,
      memory: readonly Example[],
    ): Promise<{ last: ReasoningStep; shown: number[] }> => {
      const alert = encodeAlert(example.alert, tokenizer);
      const known = memory.flatMap(({ demonstrations = [] }, index) =>
        demonstrations.map((demonstration) => ({
          demonstration,
          index,
          alert: encodeDemonstrationAlert(demonstration, tokenizer),
        })),
      );
      const nearest = nearestDemonstrations(known, alert);
      const row = { alert, catalog, demonstrations: encodeDemonstrations(nearest, alert, catalog) };
      const steps = await reasoner.reason(row, { signal });
      return { last: steps.at(-1) as ReasoningStep, shown: nearest.map(({ index }) => index) };
    };
    let [followed, found, asked, unchanged, compared] = [0, 0, 0, 0, 0];
    for (let start = 0; start < taught.length; start += MEMORY_SIZE) {
      const memory = distinctGroups(taught.slice(start, start + MEMORY_SIZE));
      const kinds = new Set(memory.map(({ group }) => group));
      for (const [index, example] of memory.entries()) {
        const { last, shown } = await ask(example, memory);
        asked += 1;
        if (shown.includes(index)) found += 1;
        if (judge(last.answer, example).callRight) followed += 1;
      }
      if (start > 0) continue;
      for (const example of others) {
        if (kinds.has(example.group)) continue;
        const [before, after] = [await ask(example, []), await ask(example, memory)];
        compared += 1;
        unchanged += sayTheSame(before.last, after.last) ? 1 : 0;
      }
    }
    return {
      taught: asked,
      followed: share(followed, asked),
      found: share(found, asked),
      others: compared,
      unchanged: share(unchanged, compared),
    };
  } finally {
    await reasoner.dispose();
  }
}

/** One example a kind: two entries that contradict each other would leave nothing to follow. */
function distinctGroups(examples: readonly Example[]): Example[] {
  return [...new Map(examples.map((example) => [example.group, example])).values()];
}

function sayTheSame({ answer: left }: ReasoningStep, { answer: right }: ReasoningStep): boolean {
  return (
    left.lambdaFunction === right.lambdaFunction && JSON.stringify(left.parameters) === JSON.stringify(right.parameters)
  );
}
