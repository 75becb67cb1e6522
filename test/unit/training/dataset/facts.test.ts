import { describe, expect, it } from 'vitest';
import { TrainingError } from '../../../../src/core/errors.js';
import { type FACT_FILES, loadFacts, parseFacts } from '../../../../src/training/dataset/index.js';
import { facts, fewFacts } from '../../../fixtures/facts.js';

const few = await fewFacts();

/** The message of the error that parsing changed facts throws. */
function faultOf(file: (typeof FACT_FILES)[number], change: (text: string) => string): string {
  try {
    parseFacts({ ...few, [file]: change(few[file]) });
  } catch (error) {
    expect(error).toBeInstanceOf(TrainingError);
    return (error as Error).message;
  }
  return 'no error';
}

describe('the facts', () => {
  it('are complete', () => {
    expect(facts.rules).toHaveLength(2940);
    expect(facts.modes.length).toBeGreaterThanOrEqual(250);
    expect(facts.functions.length).toBeGreaterThanOrEqual(200);
    for (const mode of facts.modes) expect(mode.alertNames.length, mode.id).toBeGreaterThanOrEqual(3);
    expect(new Set(facts.modes.flatMap((mode) => mode.runbook ?? [])).size).toBe(7);
    expect(new Set(facts.functions.flatMap((fact) => fact.defaultFunction ?? [])).size).toBe(7);
  });

  it('obey the policy: no scaling or restart where it cannot help', () => {
    for (const rule of facts.rules) {
      const functions = [...rule.functions, ...rule.functionsIfIdentified];
      if (['pod-pending', 'image-pull-failed'].includes(rule.cause)) expect(functions).not.toContain('pod-restart');
      if (rule.cause === 'hpa-at-max' || rule.workloadKind === 'statefulset')
        expect(functions).not.toContain('scale-deployment');
      if (rule.functions.some((name) => !name.startsWith('flux-'))) expect(rule.namespaceKey, rule.id).not.toBe('');
    }
  });

  it('have a hash that changes with any file', () => {
    expect(facts.hash).toMatch(/^[0-9a-f]{64}$/);
    const changed = { ...few, 'roles.yaml': `${few['roles.yaml']}# one more line\n` };
    expect(parseFacts(changed).hash).not.toBe(parseFacts(few).hash);
  });
});

describe('faulty facts', () => {
  it.each([
    [
      'alert-rules.jsonl',
      (text: string) => text.replace('\n', '\n{broken\n'),
      /^alert-rules\.jsonl:2: is not one JSON object/,
    ],
    [
      'alert-rules.jsonl',
      (text: string) => text.replace('"optional":true', '"optional":"yes"'),
      /^alert-rules\.jsonl:\d+.*: optional: /,
    ],
    ['alert-rules.jsonl', (text: string) => text.replace('"cause":"', '"cause":"no-'), /\(r\d+\): unknown cause "no-/],
    [
      'failure-modes.yaml',
      (text: string) => text.replace('labels: [pod, ', 'labels: [pot, '),
      /\(\S+\): unknown role "pot"/,
    ],
    [
      'failure-modes.yaml',
      (text: string) => text.replace('    cause: crash-loop\n', ''),
      /^failure-modes\.yaml:\d+ \(pod-crash-loop\): cause: /,
    ],
    [
      'failure-modes.yaml',
      (text: string) => text.replace(/(summaries: .*?)\{pod\}/, '$1{pood}'),
      /^failure-modes\.yaml \(\S+\): .*slot \{pood\}/,
    ],
    ['failure-modes.yaml', (text: string) => `${text}\n  - [`, /^failure-modes\.yaml:\d+: is not valid YAML/],
    ['functions.yaml', (text: string) => text.replace('family: pods', 'family: podds'), /unknown family "podds"/],
    [
      'functions.yaml',
      (text: string) => text.replace('risk: read', 'risk: harmless'),
      /^functions\.yaml:\d+ \(\S+\): risk: /,
    ],
    [
      'functions.yaml',
      (text: string) => text.replace('id: pod-restart', 'id: node-drain'),
      /\(node-drain\): the id is used twice/,
    ],
    [
      'rule-functions.yaml',
      (text: string) => text.replace(/^ {2}r\d+:/m, '  r9999:'),
      /^rule-functions\.yaml \(r9999\): no rule of alert-rules\.jsonl has this id/,
    ],
    [
      'rule-functions.yaml',
      (text: string) => text.replace('risk: mutating', 'risk: harmless'),
      /^rule-functions\.yaml:\d+ \(r\d+\): risk: /,
    ],
    [
      'roles.yaml',
      (text: string) => text.replace('value: pod }', 'value: pots }'),
      /^roles\.yaml:\d+ \(pod\): value: /,
    ],
  ] as const)('%s is refused with place and reason (%#)', (file, change, message) => {
    expect(faultOf(file, change)).toMatch(message);
  });

  it('a missing folder is named', async () => {
    await expect(loadFacts('nowhere')).rejects.toThrow(
      /alert-rules\.jsonl: cannot be read in the facts folder "nowhere"/,
    );
  });
});
