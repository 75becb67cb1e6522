import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Debian's chromium package brings a Vulkan driver that computes on the CPU, and a Vulkan loader beside it. */
const SOFTWARE_DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const HOW_TO =
  `no Vulkan driver for the WebGPU device test: install Debian's chromium (${SOFTWARE_DRIVER}), or set ` +
  'VK_ICD_FILENAMES to the driver of a GPU';

const driver = process.env.VK_ICD_FILENAMES ?? (existsSync(SOFTWARE_DRIVER) ? SOFTWARE_DRIVER : undefined);
const skipped = driver ? undefined : `skipped: ${HOW_TO}`;
const title = `WebGPU agrees with the CPU${skipped === undefined ? '' : ` (${skipped})`}`;

it.skipIf(skipped !== undefined)(
  title,
  async () => {
    if (!driver) throw new Error(HOW_TO);
    // The environment must be set before the native library loads, hence a process of its own.
    const libraries = [path.dirname(driver), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = fileURLToPath(new URL('./webgpu/program.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, program], {
      env: { ...process.env, VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries },
      maxBuffer: 1 << 26,
      timeout: 240_000,
    });
    const { webgpu, cpu } = JSON.parse(stdout) as Record<'webgpu' | 'cpu', { provider: string; y: number[] }>;
    expect([webgpu.provider, cpu.provider]).toEqual(['webgpu', 'cpu']);
    expect(webgpu.y).toHaveLength(cpu.y.length);
    const worst = Math.max(...cpu.y.map((value, index) => Math.abs(value - webgpu.y[index]!)));
    expect(worst).toBeLessThan(1e-4);
    expect(Math.max(...cpu.y.map(Math.abs))).toBeGreaterThan(0.5);
  },
  300_000,
);
