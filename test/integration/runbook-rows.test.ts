import { describe, expect, it } from 'vitest';
import { runbookRowCases } from '../../src/training/index.js';
import { selector } from '../fixtures/bundled-selector.js';

const RENAMINGS = Number(process.env.RUNBOOK_RENAMINGS ?? 20);
const cases = runbookRowCases({ seed: 11, renamings: RENAMINGS });
const rows = [...new Set(cases.map(({ row }) => row))];

describe('the rows of the runbook, with names that training never saw, shuffled labels and extra ones', () => {
  it.each(rows)(`%s: ${RENAMINGS} renamings`, async (row) => {
    const own = cases.filter((entry) => entry.row === row);
    const decisions = await selector.selectAll(own.map(({ alert }) => alert));
    const wrong = own.filter(({ expected }, index) => {
      const decision = decisions[index];
      return (
        decision?.lambdaFunction !== expected.lambdaFunction ||
        !sameParameters(decision.parameters, expected.parameters)
      );
    });
    expect(wrong).toEqual([]);
    expect(own).toHaveLength(RENAMINGS);
  });
});

function sameParameters(
  found: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(expected).every(([name, value]) => found[name] === value);
}
