/** Has nothing but a pending run to keep it alive. */
import { Runtime } from '../../../../src/runtime/index.js';
import { identity, powerGraph } from '../graphs.js';

const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
void runtime
  .createSession(powerGraph(256, 40))
  .then((session) => session.run({ x: identity(256) }))
  .then(({ y }) => process.stdout.write(`trace = ${y?.data.filter((value) => value === 1).length}\n`));
