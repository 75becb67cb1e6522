import type { Environment } from './resolve-value.js';

/** What the environment says of the kill switch at this moment. */
export interface KillSwitchSettings {
  /** Why nothing may be done, where TRM_KILL_SWITCH says so. */
  readonly pulled: string | undefined;
  /** TRM_KILL_SWITCH_FILE: nothing may be done while this file exists. */
  readonly file: string | undefined;
}

const OFF: ReadonlySet<string> = new Set(['', 'false', '0', 'no', 'off']);

/**
 * Reads TRM_KILL_SWITCH and TRM_KILL_SWITCH_FILE. Never throws: a value that cannot be read stops everything, since
 * whoever set it wanted something to stop.
 */
export function readKillSwitch(env: Environment = process.env): KillSwitchSettings {
  const text = env['TRM_KILL_SWITCH']?.trim().toLowerCase() ?? '';
  const file = env['TRM_KILL_SWITCH_FILE']?.trim();
  return {
    pulled: OFF.has(text) ? undefined : 'TRM_KILL_SWITCH is set',
    file: file === '' ? undefined : file,
  };
}
