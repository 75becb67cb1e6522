import { ConfigurationError } from '../../core/errors.js';
import { describeValue, quote } from '../../domain/describe.js';
import type { Selector } from '../../domain/selection/selector.js';

/** A selector with its place in a chain. */
export interface ChainPhase {
  readonly selector: Selector;
  /** Least confidence, 0 to 1, at which the phase is taken. Default: the chain's. */
  readonly threshold?: number | undefined;
  /** Milliseconds for this phase, within the chain's deadline. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Why the phase is not asked, in words; left out when it is. */
  readonly skip?: string | undefined;
}

/** A phase that was checked. */
export interface ResolvedPhase {
  readonly name: string;
  readonly selector: Selector;
  readonly threshold: number | undefined;
  readonly timeoutMs: number;
  readonly skip: string | undefined;
}

const DEFAULT_PHASE_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 3_600_000;

/** Checks the phases of a chain. Throws ConfigurationError that names the phase and the field. */
export function resolvePhases(phases: readonly (ChainPhase | Selector)[]): readonly ResolvedPhase[] {
  if (!Array.isArray(phases) || phases.length === 0) {
    throw new ConfigurationError(`phases: expected a list of at least one selector, received ${describeValue(phases)}`);
  }
  const resolved = phases.map((phase: ChainPhase | Selector, index) => resolvePhase(phase, `phases[${index}]`));
  const names = new Set<string>();
  for (const [index, { name }] of resolved.entries()) {
    if (names.has(name)) {
      throw new ConfigurationError(`phases[${index}]: expected distinct names, received ${quote(name)} again`);
    }
    names.add(name);
  }
  return resolved;
}

function resolvePhase(phase: ChainPhase | Selector, where: string): ResolvedPhase {
  const { selector, threshold, timeoutMs = DEFAULT_PHASE_TIMEOUT_MS, skip } = asPhase(phase);
  if (typeof selector?.doSelect !== 'function' || typeof selector.name !== 'string' || selector.name.trim() === '') {
    throw new ConfigurationError(
      `${where}: expected a selector with a name and doSelect(), received ${describeValue(selector)}`,
    );
  }
  if (selector.specificationVersion !== 'v1') {
    const received = describeValue(selector.specificationVersion);
    throw new ConfigurationError(`${where}.specificationVersion: expected "v1", received ${received}`);
  }
  if (threshold !== undefined) checkThreshold(threshold, `${where}.threshold`);
  checkTimeout(timeoutMs, `${where}.timeoutMs`);
  return { name: selector.name, selector, threshold, timeoutMs, skip };
}

function asPhase(phase: ChainPhase | Selector): ChainPhase {
  return typeof phase === 'object' && phase !== null && 'selector' in phase ? phase : { selector: phase as Selector };
}

/** Throws ConfigurationError unless the value is a number from 0 to 1. */
export function checkThreshold(value: unknown, where: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw new ConfigurationError(`${where}: expected a number from 0 to 1, received ${describeValue(value)}`);
  }
}

/** Throws ConfigurationError unless the value is a whole number of milliseconds from 1 to an hour. */
export function checkTimeout(value: unknown, where: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 1 || (value as number) > LONGEST_TIMEOUT_MS) {
    throw new ConfigurationError(
      `${where}: expected milliseconds from 1 to ${LONGEST_TIMEOUT_MS}, received ${describeValue(value)}`,
    );
  }
}
