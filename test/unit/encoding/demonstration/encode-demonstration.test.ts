import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Demonstration, parseCatalog } from '../../../../src/domain/index.js';
import { DECIDING, FIELD_COMPARISONS } from '../../../../src/encoding/demonstration/compare-fields.js';
import {
  compareWords,
  type EncodedAlert,
  type EncodedDemonstration,
  encodeAlert,
  encodeCatalog,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  MAX_DEMONSTRATIONS,
  nearestDemonstrations,
} from '../../../../src/encoding/index.js';
import { alertOf, arbitraryAlert, tokenizer } from '../helpers.js';

const properties = { target: { type: 'string' }, namespace: { type: 'string' } };
const CATALOG = parseCatalog([
  { name: 'page-owner', description: 'Tell the owner', parameters: { properties: { target: { type: 'string' } } } },
  { name: 'restart', description: 'Restart it', parameters: { properties } },
]);
const catalog = encodeCatalog(CATALOG, tokenizer);
const query = encodeAlert(
  alertOf({ alertname: 'PodDown', pod: 'web-0', namespace: 'shop', tier: 'gold' }, { metrics: { cpu: 93 } }),
  tokenizer,
);

/** An answered alert of that tier. */
function answered(
  tier: string,
  lambdaFunction: string | null,
  parameterOrigins: Demonstration['parameterOrigins'] = {},
): { demonstration: Demonstration; alert: EncodedAlert } {
  const alert = alertOf({ alertname: 'PodDown', pod: 'db-1', namespace: 'mail', tier });
  const demonstration = { alert, lambdaFunction, parameterOrigins };
  return { demonstration, alert: encodeDemonstrationAlert(demonstration, tokenizer) };
}

function beside(...shown: ReturnType<typeof answered>[]): EncodedDemonstration[] {
  return encodeDemonstrations(shown, query, catalog);
}

/** Key or word -> name of the parameter that the field filled. */
function filledBy({ alert, filled }: EncodedDemonstration): Record<string, string> {
  return Object.fromEntries(
    filled.flatMap((parameter, index) => {
      const field = alert.fields[index];
      const name = catalog.parameters[parameter]?.name;
      return name === undefined || field === undefined
        ? []
        : [[field.key === '' ? `word ${field.value}` : field.key, name]];
    }),
  );
}

describe('the alert of a demonstration', () => {
  it('is shown shorter than a query, its name first', () => {
    const labels = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`label_${index}`, `v${index}`]));
    const long = { annotations: { summary: 'word '.repeat(200) } };
    const alert = alertOf({ alertname: 'AVeryLongNameOfAnAlert', ...labels }, long);
    const demonstration = { alert, lambdaFunction: null, parameterOrigins: {} };
    const { fields } = encodeDemonstrationAlert(demonstration, tokenizer);
    expect(fields).toHaveLength(12);
    expect(fields[0]?.key).toBe('alertname');
    expect(fields.filter(({ key }) => key === '')).toHaveLength(3);
    expect(fields.filter(({ key }) => key === 'summary')).toHaveLength(1);
  });
});

describe('demonstrations beside a query', () => {
  it('know the function that was called, by its place in the catalog of the query', () => {
    const shown = beside(answered('gold', 'restart'), answered('red', null), answered('blue', 'page-owner'));
    expect(shown.map(({ functionIndex }) => functionIndex)).toEqual([1, -1, 0]);
  });

  it('are left out where the catalog lacks the function, before they are counted', () => {
    const many = Array.from({ length: 6 }, (_, index) => answered(`t${index}`, index === 0 ? 'gone' : 'restart'));
    const shown = beside(...many);
    expect(shown).toHaveLength(MAX_DEMONSTRATIONS);
    expect(shown.map(({ alert }) => alert.alert.labels.tier)).toEqual(['t1', 't2', 't3', 't4']);
    expect(beside(answered('gold', 'gone'))).toEqual([]);
    expect(encodeDemonstrations([answered('gold', null)], query, encodeCatalog([], tokenizer))).toHaveLength(1);
  });

  it('know which field filled which parameter of the function that was called, and of no other', () => {
    const target = { target: { kind: 'label', key: 'pod' } } as const;
    const [first, second] = beside(
      answered('gold', 'restart', { ...target, namespace: { kind: 'rule', rule: 'same', key: 'namespace' } }),
      answered('red', 'page-owner', { target: { kind: 'alert-name', word: 'POD' } }),
    ) as [EncodedDemonstration, EncodedDemonstration];
    expect(filledBy(first)).toEqual({ pod: 'target', namespace: 'namespace' });
    expect(filledBy(second)).toEqual({ 'word pod': 'target' });
    const owners = [first, second].flatMap(({ filled }) =>
      filled.filter((parameter) => parameter >= 0).map((parameter) => catalog.parameters[parameter]?.functionIndex),
    );
    expect(owners).toEqual([1, 1, 0]);
    for (const origin of [{ kind: 'default' }, { kind: 'metric', key: 'pod' }, { kind: 'rule', rule: 'r' }] as const) {
      expect(filledBy(beside(answered('gold', 'restart', { target: origin }))[0] as EncodedDemonstration)).toEqual({});
    }
  });

  it('point at the fields of the query that the filled ones have their like in', () => {
    const [shown] = beside(
      answered('gold', 'restart', { target: { kind: 'label', key: 'pod' }, namespace: { kind: 'label', key: 'tier' } }),
    );
    expect(shown?.points.map((index) => query.fields[index]?.key)).toEqual(['pod', 'tier']);
    expect(beside(answered('gold', null))[0]?.points).toEqual([]);
  });

  it('are compared with each other by their answers, and the deciding numbers are added up over the fields', () => {
    const [gold, other, red] = beside(
      answered('gold', 'restart'),
      answered('gold', 'restart'),
      answered('red', null),
    ) as [EncodedDemonstration, EncodedDemonstration, EncodedDemonstration];
    const tierOf = ({ alert, comparisons }: EncodedDemonstration): number[] => {
      const at = alert.fields.findIndex(({ key }) => key === 'tier') * FIELD_COMPARISONS;
      return [...comparisons.subarray(at, at + FIELD_COMPARISONS)];
    };
    expect(tierOf(gold).slice(6, 12)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(tierOf(gold).slice(12, 18)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(tierOf(red).slice(6, 12)).toEqual([0, 0, 0, 0, 0, 0]);
    // Of all fields only the tier tells the two answers apart, and the query stands with the gold ones.
    expect(gold.deciding).toEqual([0, 1, 1, 1, 0]);
    expect(other.deciding).toEqual(gold.deciding);
    expect(red.deciding).toEqual([0, 0, 0, 0, 0]);
  });

  it('carry their likeness to the query, numbers for each field, and indices that exist', () => {
    fc.assert(
      fc.property(arbitraryAlert, fc.array(arbitraryAlert, { maxLength: 5 }), (asked, alerts) => {
        const encoded = encodeAlert(asked, tokenizer);
        const shown = alerts.map((alert, index) => {
          const key = Object.keys(alert.labels).at(-1) as string;
          const demonstration: Demonstration = {
            alert,
            lambdaFunction: [null, 'restart', 'gone'][index % 3] as string | null,
            parameterOrigins: { target: { kind: 'label', key } },
          };
          return { demonstration, alert: encodeDemonstrationAlert(demonstration, tokenizer) };
        });
        for (const one of encodeDemonstrations(shown, encoded, catalog)) {
          const { name, all } = compareWords(encoded.overlapWords, one.alert.overlapWords);
          expect(one.likeness).toEqual([name, all]);
          expect(one.comparisons).toHaveLength(one.alert.fields.length * FIELD_COMPARISONS);
          expect(one.filled).toHaveLength(one.alert.fields.length);
          expect(one.deciding).toHaveLength(DECIDING);
          expect(one.points.every((index) => index < encoded.fields.length)).toBe(true);
          if (one.functionIndex < 0) expect(one.filled.every((parameter) => parameter === -1)).toBe(true);
        }
      }),
    );
  });
});

describe('the nearest demonstrations', () => {
  const known = (alertname: string, note: string) => {
    const alert = alertOf({ alertname, note });
    return { note, alert: encodeAlert(alert, tokenizer) };
  };
  const notesFor = (alertname: string, entries: readonly ReturnType<typeof known>[]): string[] =>
    nearestDemonstrations(entries, encodeAlert(alertOf({ alertname }), tokenizer)).map(({ note }) => note);

  it('are those of the same name, the last added first, and at most as many as a query may be shown', () => {
    const entries = ['a', 'b', 'c', 'd', 'e', 'f'].map((note) => known('PodCrashLoopBackOff', note));
    expect(notesFor('PodCrashLoopBackOff', entries)).toEqual(['f', 'e', 'd', 'c']);
    expect(notesFor('pod_crash_loop_back_off', entries.slice(0, 2))).toEqual(['b', 'a']);
  });

  it('come in the order of their likeness, and none that is another alert', () => {
    const entries = [
      known('PersistentVolumeFillingUp', 'volume'),
      known('PodCrashLoopBackOff', 'same'),
      known('PodCrashLoop', 'shorter'),
      known('FluxReconciliationFailure', 'flux'),
    ];
    expect(notesFor('PodCrashLoopBackOff', entries)).toEqual(['same', 'shorter']);
    expect(notesFor('XyzzyQuux', entries)).toEqual([]);
    expect(notesFor('PodCrashLoopBackOff', [])).toEqual([]);
  });

  it('are those of a name that only says otherwise where and how loudly it fires', () => {
    const names = [
      'KubePodCrashLoopBackOff',
      'eu-pod-crash-loop-back-off-critical',
      'Prod pod crash loop back off alert',
    ];
    for (const name of names) expect(notesFor('PodCrashLoopBackOff', [known(name, name)])).toEqual([name]);
    expect(notesFor('JenkinsDown', [known('SentryDown', 'of another component')])).toEqual([]);
  });

  it('find an alert itself among any others', () => {
    fc.assert(
      fc.property(arbitraryAlert, fc.array(arbitraryAlert, { maxLength: 6 }), (alert, others) => {
        const entries = [...others, alert].map((one) => ({ alert: encodeAlert(one, tokenizer) }));
        const found = nearestDemonstrations(entries, encodeAlert(alert, tokenizer));
        expect(found[0]).toBe(entries.at(-1));
        expect(new Set(found).size).toBe(found.length);
        expect(found.length).toBeLessThanOrEqual(MAX_DEMONSTRATIONS);
      }),
    );
  });
});
