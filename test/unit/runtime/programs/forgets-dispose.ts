/** Loads a graph, runs it and ends without disposing anything. */
import { Runtime } from '../../../../src/runtime/index.js';
import { squareGraph, vector } from '../graphs.js';

const session = await new Runtime({ executionProviders: ['cpu'] }).createSession(squareGraph());
const { y } = await session.run({ x: vector(3) });
process.stdout.write(`y = ${y?.data.join(' ')}\n`);
