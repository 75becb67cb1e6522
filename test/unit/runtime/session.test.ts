import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AbortedError,
  DeadlineExceededError,
  DisposedError,
  InferenceError,
  InvalidInputError,
} from '../../../src/core/errors.js';
import { add, GraphBuilder, serializeModel } from '../../../src/onnx/index.js';
import { Runtime, type Session, type Tensor } from '../../../src/runtime/index.js';
import { addSubGraph, identity, powerGraph, squareGraph, vector } from './graphs.js';

describe('Session.run', () => {
  const runtime = new Runtime({ executionProviders: ['cpu'] });
  let session: Session;
  let slow: Session;
  beforeAll(async () => {
    session = await runtime.createSession(addSubGraph(), { name: 'add-sub' });
    slow = await runtime.createSession(powerGraph(256, 60), { name: 'slow' });
  });
  afterAll(() => runtime.dispose());

  it('returns every output, or those asked for', async () => {
    const feeds = { a: vector(1, 2), b: vector(10, 20) };
    expect(session).toMatchObject({
      name: 'add-sub',
      inputNames: ['a', 'b'],
      outputNames: ['s', 'd'],
      executionProvider: 'cpu',
    });
    const { s, d } = await session.run(feeds);
    expect([...s!.data]).toEqual([11, 22]);
    expect(d).toEqual(vector(-9, -18));
    const only = await session.run(feeds, { outputs: ['d'] });
    expect(only).toEqual({ d: vector(-9, -18) });
  });

  it('copies the feeds at the time of the call', async () => {
    const a = new Float32Array([5, 1, 2, 5]).subarray(1, 3);
    const busy = slow.run({ x: identity(256) });
    const run = session.run({ a: { type: 'float32', data: a, dims: [2] }, b: vector(0, 0) });
    a.fill(100);
    expect((await run).s).toEqual(vector(1, 2));
    await busy;
  });

  it('gives the memory of the feeds away when it is told to, and shared memory can be fed twice', async () => {
    const a = vector(1, 2);
    const { s } = await session.run({ a, b: a }, { transfer: true });
    expect([...s!.data]).toEqual([2, 4]);
    expect(a.data.length).toBe(0);
  });

  it('copies a view of a larger buffer even with transfer', async () => {
    const all = new Float32Array([1, 2, 3]);
    const { s } = await session.run(
      { a: { type: 'float32', data: all.subarray(1), dims: [2] }, b: vector(1, 1) },
      { transfer: true },
    );
    expect([...s!.data]).toEqual([3, 4]);
    expect([...all]).toEqual([1, 2, 3]);
  });

  it('carries every element type, and tensors without elements', async () => {
    const data: Tensor[] = [
      { type: 'float32', data: Float32Array.of(1.5), dims: [1] },
      { type: 'float64', data: Float64Array.of(1e-300), dims: [1] },
      { type: 'float16', data: Uint16Array.of(0x3c00), dims: [1] },
      { type: 'int64', data: BigInt64Array.of(2n ** 60n), dims: [1] },
      { type: 'int32', data: Int32Array.of(-7), dims: [1] },
      { type: 'int8', data: Int8Array.of(-128), dims: [1] },
      { type: 'uint8', data: Uint8Array.of(255), dims: [1] },
      { type: 'bool', data: Uint8Array.of(1), dims: [1] },
      { type: 'float32', data: new Float32Array(0), dims: [0] },
    ];
    const graph = new GraphBuilder('types');
    for (const [index, { type }] of data.entries()) {
      const input = graph.input(`in${index}`, type, ['n']);
      graph.output(`out${index}`, graph.node('Identity', [input])[0]!);
    }
    const identities = await runtime.createSession(serializeModel(graph));
    const feeds = Object.fromEntries(data.map((tensor, index) => [`in${index}`, tensor]));
    const outputs = await identities.run(feeds);
    expect(data.map((_, index) => outputs[`out${index}`])).toEqual(data);
    await identities.dispose();
  });

  it('names the feed that does not fit', async () => {
    const b = vector(1);
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ b }, /feeds\.a: input of session "add-sub" is missing; it takes a, b/],
      [{ a: b, b, c: b }, /feeds\.c: session "add-sub" has no such name; it has a, b/],
      [{ a: { ...b, dims: [2] }, b }, /feeds\.a\.dims: \[2\] does not describe 1 elements/],
      [{ a: { ...b, dims: [-1] }, b }, /feeds\.a\.dims/],
      [{ a: { ...b, type: 'int32' }, b }, /feeds\.a\.data: expected a Int32Array for int32, received Float32Array/],
      [{ a: { ...b, type: 'string' }, b }, /feeds\.a\.type: expected one of float32/],
    ];
    for (const [feeds, message] of wrong) {
      const run = session.run(feeds as Record<string, Tensor>);
      await expect(run).rejects.toThrow(message);
      await expect(run).rejects.toBeInstanceOf(InvalidInputError);
    }
    await expect(session.run({ a: b, b }, { outputs: ['x'] })).rejects.toThrow(/outputs\.x: .* it has s, d/);
    await expect(session.run({ a: b, b }, { outputs: [] })).rejects.toThrow(/nothing is asked for/);
  });

  it('rejects with InferenceError when onnxruntime fails, and goes on', async () => {
    const run = session.run({ a: vector(1, 2), b: vector(1, 2, 3) });
    await expect(run).rejects.toBeInstanceOf(InferenceError);
    const mistyped = session.run({ a: { type: 'int32', data: Int32Array.of(1), dims: [1] }, b: vector(1) });
    await expect(mistyped).rejects.toThrow(/expected: \(tensor\(float\)\)/);
    expect((await session.run({ a: vector(1), b: vector(1) })).s).toEqual(vector(2));
  });

  it('drops a waiting run that is aborted and stops waiting for a running one', async () => {
    const order: string[] = [];
    const running = new AbortController();
    const waiting = new AbortController();
    const first = slow.run({ x: identity(256) }, { signal: running.signal });
    const second = slow.run({ x: identity(256) }, { signal: waiting.signal });
    const third = session.run({ a: vector(1), b: vector(1) }).then(() => order.push('third'));
    const reason = new Error('changed my mind');
    waiting.abort(reason);
    await expect(second).rejects.toMatchObject({ code: AbortedError.code, cause: reason });
    running.abort();
    await first.catch((error) => {
      expect(error).toBeInstanceOf(AbortedError);
      order.push('first');
    });
    await third;
    expect(order).toEqual(['first', 'third']);
  });

  it('does not start for a signal that has fired; a timeout is a passed deadline', async () => {
    const feeds = { a: vector(1), b: vector(1) };
    await expect(session.run(feeds, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(AbortedError);
    const expired = AbortSignal.abort(new DOMException('too late', 'TimeoutError'));
    await expect(session.run(feeds, { signal: expired })).rejects.toBeInstanceOf(DeadlineExceededError);
  });

  it('waits for running work when it is disposed, and refuses work afterwards', async () => {
    const own = await runtime.createSession(powerGraph(256, 20));
    const done: string[] = [];
    const run = own.run({ x: identity(256) }).then(() => done.push('run'));
    const disposal = own.dispose().then(() => done.push('dispose'));
    await expect(own.run({ x: identity(256) })).rejects.toBeInstanceOf(DisposedError);
    await Promise.all([run, disposal]);
    expect(done).toEqual(['run', 'dispose']);
    expect(own.closed).toBe(true);
    await own.dispose();
  });
});

describe('resident tensors', () => {
  const runtime = new Runtime({ executionProviders: ['cpu'] });
  afterAll(() => runtime.dispose());

  it('are shared by the sessions of a Runtime and replaced by runs', async () => {
    const step = await runtime.createSession(addSubGraph());
    const square = await runtime.createSession(squareGraph());
    await runtime.setResident('p', vector(1, 2));
    for (let index = 0; index < 3; index++) {
      const resident = { inputs: { a: 'p' }, outputs: { s: 'p' } };
      expect(await step.run({ b: vector(1, 1) }, { resident, outputs: [] })).toEqual({});
    }
    expect(await runtime.getResident('p')).toEqual(vector(4, 5));
    expect(await square.run({}, { resident: { inputs: { x: 'p' } } })).toEqual({ y: vector(16, 25) });
    // Kept and returned at once; the other output is returned by default.
    const both = await step.run(
      { b: vector(1, 1) },
      { resident: { inputs: { a: 'p' }, outputs: { s: 'p' } }, outputs: ['s', 'd'] },
    );
    expect(both).toEqual({ s: vector(5, 6), d: vector(3, 4) });
    const rest = await step.run({ b: vector(1, 1) }, { resident: { inputs: { a: 'p' }, outputs: { s: 'q' } } });
    expect(rest).toEqual({ d: vector(4, 5) });
    expect([await runtime.getResident('p'), await runtime.getResident('q')]).toEqual([vector(5, 6), vector(6, 7)]);
  });

  it('of a large size are replaced without growing, also with another shape', async () => {
    const length = 1 << 18;
    const step = await runtime.createSession(addSubGraph());
    await runtime.setResident('large', { type: 'float32', data: new Float32Array(length), dims: [length] });
    for (let index = 0; index < 4; index++) {
      await step.run({ b: vector(1) }, { resident: { inputs: { a: 'large' }, outputs: { s: 'large' } }, outputs: [] });
    }
    const { data } = await runtime.getResident('large');
    expect(data.length).toBe(length);
    expect(data.every((value) => value === 4)).toBe(true);
    await step.run({ a: vector(7), b: vector(1) }, { resident: { outputs: { s: 'large' } }, outputs: [] });
    expect(await runtime.getResident('large')).toEqual(vector(8));
  });

  it('are copies on both ways', async () => {
    const mine = vector(1, 2);
    await runtime.setResident('copy', mine);
    (mine.data as Float32Array).fill(9);
    const got = await runtime.getResident('copy');
    (got.data as Float32Array).fill(8);
    expect(await runtime.getResident('copy')).toEqual(vector(1, 2));
  });

  it('are left as they were by a run that fails', async () => {
    const step = await runtime.createSession(addSubGraph());
    await runtime.setResident('kept', vector(1, 2));
    const resident = { inputs: { a: 'kept' }, outputs: { s: 'kept' } };
    await expect(step.run({ b: vector(1, 2, 3) }, { resident })).rejects.toBeInstanceOf(InferenceError);
    expect(await runtime.getResident('kept')).toEqual(vector(1, 2));
  });

  it('that do not exist, or are bound twice, are refused by name', async () => {
    const step = await runtime.createSession(addSubGraph());
    await runtime.setResident('known', vector(1));
    await expect(runtime.getResident('nobody')).rejects.toThrow(/no resident tensor "nobody" \(there are: .*known/);
    await expect(step.run({ b: vector(1) }, { resident: { inputs: { a: 'nobody' } } })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    await expect(step.run({ a: vector(1), b: vector(1) }, { resident: { inputs: { a: 'known' } } })).rejects.toThrow(
      /feeds\.a: is fed and bound/,
    );
    await expect(
      step.run({ a: vector(1), b: vector(1) }, { resident: { outputs: { s: 'x', d: 'x' } } }),
    ).rejects.toThrow(/two outputs are kept under one name/);
    await runtime.deleteResident('known');
    await expect(runtime.deleteResident('known')).rejects.toBeInstanceOf(InvalidInputError);
  });
});

it('a scalar constant graph needs no feeds', async () => {
  await using runtime = new Runtime({ executionProviders: ['cpu'] });
  const graph = new GraphBuilder('constant');
  graph.output('y', add(graph.constant('c', [], Float32Array.of(2)), 3));
  const session = await runtime.createSession(serializeModel(graph));
  expect(await session.run({})).toEqual({ y: { type: 'float32', data: Float32Array.of(5), dims: [] } });
});
