/**
 * Where guardrails remember what was done: keys that one holder has for a time. Everything is built of this one thing;
 * "three in an hour" are three keys of an hour each, of which an action takes one.
 *
 * Keys are printable ASCII of at most 200 characters, holders of at most 100. Times are in milliseconds, 1 or more. A
 * method rejects when the state is not within reach; nothing is done then, since what cannot be remembered would be
 * done again.
 */
export interface GuardrailStore {
  /**
   * Takes a key unless another holder has it; of any number of holders at once exactly one gets it. True also when the
   * holder has it already, whose time then stays as it is, so that a repeated command does no harm.
   */
  reserve(key: string, holder: string, ttlMs: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Hands a key from one holder on to another, whose time begins at this moment, and takes it for the other when nobody
   * has it any more. False when somebody else has it. True also when the other one has it already, whose time then
   * stays as it is. May wait for the end of a time that is about to end.
   */
  replace(key: string, from: string, to: string, ttlMs: number, signal: AbortSignal): Promise<boolean>;
  /** Gives a key back before its time, if the holder has it. */
  release(key: string, holder: string, signal: AbortSignal): Promise<void>;
  /** Who has each key at this moment, in the order of the keys. */
  holders(keys: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]>;
}
