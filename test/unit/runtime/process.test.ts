import { describe, expect, it } from 'vitest';
import { runProgram } from './run-program.js';

const program = (name: string): URL => new URL(`./programs/${name}.ts`, import.meta.url);

describe('a process that uses a Runtime', () => {
  it('ends by itself though it forgot to dispose', async () => {
    const { stdout, stderr } = await runProgram(program('forgets-dispose'));
    expect(stdout).toBe('y = 9\n');
    expect(stderr).toBe('');
  });

  it('does not end before the run that it waits for', async () => {
    expect((await runProgram(program('awaits-run'))).stdout).toBe('trace = 256\n');
  });

  it('may exit in the middle of a run', async () => {
    const ended = runProgram(program('exits-while-running'));
    await expect(ended).rejects.toMatchObject({ code: 7, signal: null, stderr: '' });
  });
});
