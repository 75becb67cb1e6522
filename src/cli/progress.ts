/** Shows how far long work is: one line that is rewritten on a terminal, a plain line now and then elsewhere. */
export interface Progress {
  update(done: number, total: number, note: string): void;
  end(): void;
}

const WIDTH = 24;
const PLAIN_EVERY_MS = 10_000;

/** Writes to standard error, so that standard output stays clean for results. */
export function createProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return {
    update: (done, total, note) => {
      const share = total === 0 ? 1 : done / total;
      const line = `${label} ${done}/${total} ${note}`;
      if (stream.isTTY) {
        const filled = Math.round(share * WIDTH);
        stream.write(
          `\r\u001b[2K[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${line}`.slice(0, stream.columns + 8),
        );
        return;
      }
      const now = performance.now();
      if (now - last < PLAIN_EVERY_MS && done < total) return;
      last = now;
      stream.write(`${line}\n`);
    },
    end: () => {
      if (stream.isTTY) stream.write('\n');
    },
  };
}

/** A signal that the first Ctrl-C fires; a second one ends the process at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}
