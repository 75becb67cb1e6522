/** Calls process.exit in the middle of a run, while others wait. */
import { Runtime } from '../../../../src/runtime/index.js';
import { identity, powerGraph } from '../graphs.js';

const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
const session = await runtime.createSession(powerGraph(256, 200));
for (let index = 0; index < 3; index++) session.run({ x: identity(256) }).catch(() => undefined);
setTimeout(() => process.exit(7), 50);
