import { TrainingError } from '../../../core/errors.js';
import { CAUSES } from '../../../encoding/index.js';
import type { Facts, FailureMode } from './schema.js';

const causes = new Set(CAUSES);

/** Checks what no single entry can show: unique ids, and that every role, intent, parameter and family exists. */
export function checkFacts(facts: Facts): void {
  unique('alert-rules.jsonl', facts.rules);
  unique('failure-modes.yaml', facts.modes);
  unique('functions.yaml', facts.functions);
  const families = new Set(facts.families.map((family) => family.id));
  const intents = new Set(['none', ...facts.functions.flatMap((fact) => fact.intents)]);
  for (const fact of facts.functions) {
    if (!families.has(fact.family)) fail('functions.yaml', fact.id, `unknown family "${fact.family}"`);
    for (const { use } of fact.parameters) {
      if (facts.parameters[use] === undefined && facts.settings[use] === undefined) {
        fail('functions.yaml', fact.id, `unknown parameter "${use}"; add it under parameters or settings`);
      }
    }
  }
  for (const [name, form] of Object.entries(facts.parameters)) {
    for (const role of [name, ...form.fallback]) {
      if (facts.roles[role] === undefined) fail('functions.yaml', `parameter ${name}`, `unknown role "${role}"`);
    }
  }
  for (const mode of facts.modes) checkMode(mode, facts, intents);
  const rules = new Set(facts.rules.map((rule) => rule.id));
  for (const rule of Object.keys(facts.ruleFunctions)) {
    if (!rules.has(rule)) fail('rule-functions.yaml', rule, 'no rule of alert-rules.jsonl has this id');
  }
  for (const rule of facts.rules) {
    for (const cause of [rule.cause, rule.cause2]) {
      if (cause !== undefined && !causes.has(cause)) fail('alert-rules.jsonl', rule.id, `unknown cause "${cause}"`);
    }
    for (const intent of rule.intents) {
      if (!intents.has(intent)) fail('alert-rules.jsonl', rule.id, `no function of functions.yaml serves "${intent}"`);
    }
  }
}

function checkMode(mode: FailureMode, facts: Facts, intents: ReadonlySet<string>): void {
  const roles = mode.labels.map((label) => label.replaceAll(/[()]/g, ''));
  const known = (role: string): boolean => facts.roles[role] !== undefined || mode.roles[role] !== undefined;
  const complain = (reason: string): never => fail('failure-modes.yaml', mode.id, reason);
  if (!causes.has(mode.cause)) complain(`unknown cause "${mode.cause}"`);
  for (const role of [...roles, ...Object.keys(mode.keys)]) if (!known(role)) complain(`unknown role "${role}"`);
  for (const intent of mode.intents) if (!intents.has(intent)) complain(`no function serves the intent "${intent}"`);
  if (mode.defaultFunctions.length > 0 && mode.target === undefined) {
    complain('names default functions, so "target" must say which roles fill name and namespace');
  }
  const targets = [mode.target?.name, mode.target?.namespace, ...(mode.target?.selector ?? [])];
  for (const role of [...targets, ...(mode.requireOneOf ?? [])]) {
    if (role !== undefined && role !== 'alert-name' && !roles.includes(role)) {
      complain(`role "${role}" is used as a target but not listed under labels`);
    }
  }
  const slots = new Set([...roles, ...metricNames(mode), 'component', ...(mode.components ? ['Component'] : [])]);
  for (const sentence of mode.summaries) {
    for (const [, slot = ''] of sentence.matchAll(/\{([^}]+)\}/g)) {
      if (!slots.has(slot))
        complain(`the sentence "${sentence}" has the slot {${slot}}, which is no role and no metric`);
    }
  }
}

function metricNames(mode: FailureMode): string[] {
  return [mode.metrics, ...mode.alternativeMetrics].flatMap((set) => Object.keys(set).flatMap((key) => key.split('|')));
}

function unique(file: string, entries: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of entries) {
    if (seen.has(id)) fail(file, id, 'the id is used twice');
    seen.add(id);
  }
}

function fail(file: string, entry: string, reason: string): never {
  throw new TrainingError(`${file} (${entry}): ${reason}`);
}
