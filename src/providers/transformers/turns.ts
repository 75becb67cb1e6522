/**
 * Lets one piece of work run at a time, in the order of the calls, whether the one before fails or not.
 *
 * @returns a function that settles as the work does that it is given
 */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
