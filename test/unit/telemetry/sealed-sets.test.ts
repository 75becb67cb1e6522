import { describe, expect, expectTypeOf, it } from 'vitest';
import type { LambdaOutcome } from '../../../src/cloudevents/handle/run-call.js';
import type { DeliveryFailure, ProviderFailure } from '../../../src/core/errors.js';
import type { AbstainReason } from '../../../src/domain/index.js';
import type { RemediationOutcome } from '../../../src/remediation/acting/index.js';
import type { ChainOutcome, PhaseOutcome } from '../../../src/remediation/chain/index.js';
import { GUARDRAIL_NAMES, type GuardrailMode } from '../../../src/remediation/guardrails/verdict.js';
import type { RuntimeEvent } from '../../../src/runtime/index.js';
import type { RefusalReason } from '../../../src/server/service-events.js';
import { DEFINITIONS } from '../../../src/telemetry/measure/metrics.js';
import * as values from '../../../src/telemetry/measure/values.js';

type In<T extends readonly unknown[]> = T[number];

describe('the values of labels', () => {
  it('are those that the other rooms emit', () => {
    expect(values.GUARDRAIL_CHECKS).toEqual(GUARDRAIL_NAMES);
    // What a room adds and telemetry does not know would count as "other": tsc finds it here.
    expectTypeOf<In<typeof values.DECISIONS>>().toEqualTypeOf<ChainOutcome | 'aborted'>();
    expectTypeOf<In<typeof values.PHASE_OUTCOMES>>().toEqualTypeOf<PhaseOutcome>();
    expectTypeOf<In<typeof values.ABSTAIN_REASONS>>().toEqualTypeOf<AbstainReason>();
    expectTypeOf<In<typeof values.GUARDRAIL_MODES>>().toEqualTypeOf<GuardrailMode>();
    expectTypeOf<In<typeof values.REMEDIATION_OUTCOMES>>().toEqualTypeOf<RemediationOutcome | 'failed'>();
    expectTypeOf<In<typeof values.ACTION_OUTCOMES>>().toEqualTypeOf<LambdaOutcome>();
    expectTypeOf<In<typeof values.RUNTIME_EVENTS>>().toEqualTypeOf<RuntimeEvent['type']>();
    expectTypeOf<In<typeof values.REFUSALS>>().toEqualTypeOf<RefusalReason>();
    expectTypeOf<In<typeof values.PROVIDER_REASONS>>().toEqualTypeOf<ProviderFailure | 'deadline' | 'low-confidence'>();
    expectTypeOf<DeliveryFailure>().toExtend<In<typeof values.DELIVERY_RESULTS>>();
  });

  it('stand beside labels that the metric has, and names have their units', () => {
    for (const [name, { kind, labels, values: sets = {}, buckets = [], help }] of DEFINITIONS) {
      expect(labels, name).toEqual(expect.arrayContaining(Object.keys(sets)));
      expect(name.endsWith('_total'), name).toBe(kind === 'counter');
      expect(buckets.length > 0, name).toBe(kind === 'histogram');
      expect(buckets, name).toEqual([...new Set(buckets)].sort((a, b) => a - b));
      expect(name).not.toMatch(/_(ms|milliseconds|percent)(_|$)/);
      expect(help, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});
