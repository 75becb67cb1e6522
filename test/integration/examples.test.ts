import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
/** Files beside the folders are shared by them. */
const stories = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

afterEach(() => vi.restoreAllMocks());

describe('every example runs and asserts its own result', () => {
  it.each(stories)('%s', async (name) => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    await import(`../../examples/${name}/main.ts`);
    expect(log).toHaveBeenCalled();
  });
});
