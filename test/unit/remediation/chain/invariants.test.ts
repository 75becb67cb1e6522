import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaCheck } from '../../../../src/domain/catalog/json-schema.js';
import { type Action, alertFingerprint, type ParameterSchema } from '../../../../src/domain/index.js';
import { type Remediation, Remediator } from '../../../../src/remediation/acting/index.js';
import { RemediationChain } from '../../../../src/remediation/chain/index.js';
import { createAnnotationSelector } from '../../../../src/remediation/selectors/annotation.js';
import { createRulesSelector } from '../../../../src/remediation/selectors/rules/index.js';
import { CATALOG, guard } from '../guardrails/actions.js';
import { anyAlert, anyBehaviour, behaving, SECRET } from './arbitraries.js';
import { countingDispatcher, expectSoundNumbers } from './fixtures.js';

/** Cases of one run; every case is a few phases without any input or output. */
const CASES = Number(process.env.INVARIANT_CASES ?? 10_000);
/** A machine that is slow at the moment tries fewer, and says so. */
const LONGEST_MS = 120_000;
const THRESHOLDS = [0, 0.65, 0.7, 0.85] as const;

const [first, second] = [behaving('first'), behaving('second')];
const phases = [first, createAnnotationSelector(), second, createRulesSelector()];
const chain = new RemediationChain({ phases, catalog: CATALOG });
/** Everything acts that may; what is remembered of earlier cases would hide what is wrong with this one. */
const guardrails = guard({
  policy: {
    auto: { functions: CATALOG.map(({ name }) => name) },
    // Over the lowest of the thresholds, so that the guardrails have something to refuse.
    confidence: { read: 0.6, mutating: 0.7, destructive: 0.95 },
    namespaces: { deny: [] },
    disabled: ['storm', 'duplicate', 'cooldown', 'ineffective'],
  },
});
const dispatcher = countingDispatcher();
const remediator = new Remediator({ chain, guardrails, dispatcher });

const CHECKS = new Map(CATALOG.map(({ name, parameters }) => [name, schemaCheck(parameters)]));

/** Whether a value that says what is acted on stands in the labels, or is one that the schema itself declares. */
function isOwn(value: string, declared: unknown, labels: readonly string[], name: string): boolean {
  if (value === declared || labels.includes(value)) return true;
  // A workload is named by one of its pods: `web-7d9f8b6c5-x2x4z` belongs to `web`.
  if (name === 'name') return labels.some((label) => label.startsWith(`${value}-`));
  // A selector is a label in another form, or speaks about a word of the alert's name.
  const wanted = value.slice(value.indexOf('=') + 1);
  return name === 'selector' && labels.some((label) => label.toLowerCase().includes(wanted.toLowerCase()));
}

function expectSoundCall({ lambdaFunction, parameters }: Action['call'], labels: readonly string[]): void {
  const definition = CATALOG.find(({ name }) => name === lambdaFunction);
  expect(definition, `${lambdaFunction} is in the catalog`).toBeDefined();
  const properties: Readonly<Record<string, ParameterSchema>> = definition?.parameters.properties ?? {};
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(parameters)));
  expect(CHECKS.get(lambdaFunction)?.(parameters)).toBeUndefined();
  for (const name of ['name', 'namespace', 'selector']) {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined) continue;
    expect(isOwn(String(value), properties[name]?.default, labels, name), `${name}: ${value}`).toBe(true);
  }
}

function expectInvariants(remediation: Remediation, dispatched: number, threshold: number): void {
  const { alert, decision, verdict, outcome } = remediation;
  const labels = Object.values(alert.labels);
  // 1, 2, 3: the function, its parameters and its targets.
  const { lambdaFunction, parameters } = decision;
  if (lambdaFunction !== null) expectSoundCall({ lambdaFunction, parameters }, labels);
  else expect(parameters).toEqual({});
  // 4: the confidence, of the decision and of every attempt.
  expectSoundNumbers(decision);
  // 5: below the threshold nothing is taken, and what is not taken is not dispatched.
  const taken = decision.attempts.filter((attempt) => attempt.outcome === 'taken');
  expect(taken.length).toBe(decision.outcome === 'selected' ? 1 : 0);
  if (decision.outcome === 'selected') expect(decision.confidence).toBeGreaterThanOrEqual(threshold);
  expect(dispatched).toBe(outcome === 'acted' ? 1 : 0);
  if (outcome === 'acted') expect(verdict).toMatchObject({ act: true, refusals: [] });
  // 6: what is over is over.
  if (alert.status === 'resolved') {
    expect([decision.outcome, outcome, decision.attempts.length]).toEqual(['resolved', 'nothing', 0]);
  }
  // 8: every phase is asked once at most, in its order.
  expect(decision.attempts.map(({ phase }) => phase)).toEqual(chain.phases.slice(0, decision.attempts.length));
  // 9: what phases said comes without its secret.
  expect(JSON.stringify([decision, verdict])).not.toContain(SECRET);
}

describe('whatever the alert says and the phases do', () => {
  it(`the invariants hold in ${CASES} cases, from the chain to the dispatcher`, { timeout: 600_000 }, async ({
    annotate,
  }) => {
    const seen = { acted: 0, refused: 0, nothing: 0, undelivered: 0, resolved: 0 };
    const act = async (alert: unknown): Promise<Remediation> => {
      const before = dispatcher.actions.length;
      const [remediation] = (await remediator.remediate(alert)) as [Remediation];
      expectInvariants(remediation, dispatcher.actions.length - before, chain.threshold());
      return remediation;
    };
    const threshold = fc.constantFrom(...THRESHOLDS);
    await fc.assert(
      fc.asyncProperty(anyAlert, anyBehaviour, anyBehaviour, threshold, async (alert, one, two, least) => {
        [first.behaviour, second.behaviour] = [one, two];
        if (chain.threshold() !== least) chain.setThreshold(least);
        const remediation = await act(alert);
        dispatcher.actions.length = 0;
        if (remediation.outcome === 'acted') {
          // 7: the same alert has the same identity and the same event, however often it is decided.
          const again = await act(alert);
          expect(again.eventId).toBe(remediation.eventId);
          expect(alertFingerprint(again.alert)).toBe(alertFingerprint(remediation.alert));
          dispatcher.actions.length = 0;
        }
        // Counted at the end, which a case does not reach that the time limit interrupts.
        seen[remediation.outcome]++;
        if (remediation.decision.outcome === 'resolved') seen.resolved++;
      }),
      { numRuns: CASES, interruptAfterTimeLimit: LONGEST_MS, markInterruptAsFailure: false },
    );
    const cases = seen.acted + seen.refused + seen.nothing + seen.undelivered;
    if (cases < CASES) await annotate(`${cases} of ${CASES} cases in ${LONGEST_MS / 1000} s`);
    // The cases reach every end, so that the invariants are not held by idleness.
    for (const end of ['acted', 'refused', 'nothing', 'resolved'] as const) {
      expect(seen[end], JSON.stringify(seen)).toBeGreaterThan(cases / 500);
    }
    expect(seen.undelivered).toBe(0);
  });
});
