/** Runs the device graph on WebGPU and on the CPU and prints both results; WebGPU has to start. */
import { Runtime } from '../../../src/runtime/index.js';
import { deviceCase } from './graph.js';

const { model, feeds } = deviceCase();
const results: Record<string, { provider: string; y: number[] }> = {};
for (const provider of ['webgpu', 'cpu'] as const) {
  const runtime = new Runtime({ executionProviders: [provider], strict: true });
  const session = await runtime.createSession(model, { name: 'device' });
  const { y } = await session.run(feeds);
  results[provider] = { provider: session.executionProvider, y: Array.from(y!.data, Number) };
  await runtime.dispose();
}
process.stdout.write(JSON.stringify(results));
