import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

describe('every example runs and asserts its own result', () => {
  it.each(readdirSync(`${root}/examples`))('%s', async (name) => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', `examples/${name}/main.ts`], { cwd: root });
    expect(stdout.length).toBeGreaterThan(0);
  });
});
