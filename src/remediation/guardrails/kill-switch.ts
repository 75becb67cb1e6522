import { lstat } from 'node:fs/promises';
import { readKillSwitch } from '../../config/index.js';
import { throwIfAborted } from '../../core/deadline.js';
import { quote } from '../../domain/describe.js';
import { messageOf } from './refusal.js';
import { withinTime } from './within-time.js';

/** Says why nothing may be done now, undefined when nothing speaks against it. What it throws stops everything, too. */
export type KillSwitch = (options: { readonly signal: AbortSignal }) => Promise<string | undefined>;

export interface KillSwitchOptions {
  /** File that stops everything while it exists. Default: TRM_KILL_SWITCH_FILE. */
  readonly file: string | undefined;
  /** A switch of one's own, which is asked beside the environment and the file. */
  readonly own: KillSwitch | undefined;
  /** Milliseconds for the file and for the switch of one's own. */
  readonly timeoutMs: number;
}

/**
 * Looks at the environment, then at the file, then at the caller's own switch, anew each time. What cannot be found out
 * counts as pulled.
 *
 * @throws AbortedError or DeadlineExceededError when the signal fires
 */
export async function whyStopped(
  { file, own, timeoutMs }: KillSwitchOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const settings = readKillSwitch();
  if (settings.pulled !== undefined) return settings.pulled;
  const path = file ?? settings.file;
  try {
    const found = path === undefined ? undefined : await withinTime(() => findFile(path), timeoutMs, signal);
    if (found !== undefined || own === undefined) return found;
    const answer: unknown = await withinTime((inner) => own({ signal: inner }), timeoutMs, signal);
    if (answer === undefined) return undefined;
    return typeof answer === 'string' && answer !== '' ? answer : 'the kill switch is pulled';
  } catch (error) {
    throwIfAborted(signal);
    return `the kill switch could not be read: ${messageOf(error)}`;
  }
}

async function findFile(path: string): Promise<string | undefined> {
  try {
    await lstat(path);
    return `the kill switch file ${quote(path)} exists`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return `the kill switch file ${quote(path)} cannot be read: ${messageOf(error)}`;
  }
}
