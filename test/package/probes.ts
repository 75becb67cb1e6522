import { runOrThrow } from './packed-package.js';

/** Each probe is a Node process of its own in a project that has the package installed. */
function runProbe(consumer: string, body: string): unknown {
  const program = `
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    const require = createRequire(pathToFileURL(process.cwd() + '/probe.js'));
    ${body}
  `;
  return JSON.parse(runOrThrow(process.execPath, ['--input-type=module', '--eval', program], consumer));
}

export interface LoadReport {
  /** Sorted export names. */
  readonly exported: readonly string[];
  /** Native add-ons that have been opened so far in the process. */
  readonly nativeFiles: readonly string[];
  /** CommonJS files of onnxruntime that have been loaded so far, native or not. */
  readonly onnxruntimeFiles: readonly string[];
}

export interface UseReport {
  /** By specifier, in the order in which they were loaded. */
  readonly loaded: Readonly<Record<string, LoadReport>>;
  /** Health of the provider whose package is an optional peer, which the project does not have. */
  readonly missingPeer: unknown;
  /** x + x for x = (1.5, 2.5), by the package's graph builder and runtime. */
  readonly doubled: unknown;
  /** What the root of the other module kind says of an error that the engine of this one throws. */
  readonly thrown: string;
}

/**
 * Uses the package as one module kind does, in one process: loads the specifiers one after the other and reports after
 * each what was loaded up to then, then calls what needs more than loading. `require.cache` also lists the CommonJS
 * modules that an ES module imported.
 */
export function probeUse(
  consumer: string,
  name: string,
  kind: 'import' | 'require',
  specifiers: readonly string[],
): UseReport {
  const body = `
    const load = ${kind === 'import' ? '(specifier) => import(specifier)' : 'async (specifier) => require(specifier)'};
    const other = ${kind === 'import' ? 'async (specifier) => require(specifier)' : '(specifier) => import(specifier)'};
    const nativeFiles = [];
    const open = process.dlopen;
    process.dlopen = (module, file, ...rest) => {
      nativeFiles.push(file);
      return open.call(process, module, file, ...rest);
    };
    const loaded = {};
    for (const specifier of ${JSON.stringify(specifiers)}) {
      loaded[specifier] = {
        exported: Object.keys(await load(specifier)).sort(),
        nativeFiles: [...nativeFiles],
        onnxruntimeFiles: Object.keys(require.cache).filter((file) => file.includes('onnxruntime')),
      };
    }

    const { createTransformersProvider } = await load('${name}/providers');
    const provider = createTransformersProvider({ model: 'some/model' });
    const missingPeer = await provider.doHealth(new AbortController().signal);

    const { GraphBuilder, add, serializeModel } = await load('${name}/onnx');
    const { Runtime } = await load('${name}/runtime');
    const graph = new GraphBuilder('double');
    const x = graph.input('x', 'float32', [2]);
    graph.output('y', add(x, x));
    const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
    const session = await runtime.createSession(serializeModel(graph));
    const { y } = await session.run({ x: { type: 'float32', data: Float32Array.of(1.5, 2.5), dims: [2] } });
    await runtime.dispose();

    const { TRMModel } = await load('${name}/trm');
    const { AgentTrmError } = await other('${name}');
    let thrown = 'nothing was thrown';
    try {
      await TRMModel.fromCheckpoint('no-such-checkpoint.safetensors', {});
    } catch (error) {
      thrown = error instanceof AgentTrmError ? 'recognised' : 'not recognised: ' + error;
    }
    console.log(JSON.stringify({ loaded, missingPeer, doubled: [...y.data], thrown }));
  `;
  return runProbe(consumer, body) as UseReport;
}

export interface BrandReport {
  /** Sentences about names or memberships that are not as they should be. */
  readonly wrong: readonly string[];
  /** How many error classes of how many copies were compared. */
  readonly pairs: number;
  /** Whether the two module kinds really have classes of their own. */
  readonly separate: boolean;
}

/** Compares the error classes of every entry and module kind with those of the root of both kinds. */
export function probeErrorBrands(consumer: string, name: string, specifiers: readonly string[]): BrandReport {
  const body = `
    const roots = [await import('${name}'), require('${name}')];
    const copies = [];
    for (const specifier of ${JSON.stringify(specifiers)}) copies.push(await import(specifier), require(specifier));
    const errorClasses = (copy) =>
      Object.entries(copy).filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error);
    const wrong = new Set();
    let pairs = 0;
    const expectEqual = (expected, received, what) => {
      if (received !== expected) wrong.add(what + ' is ' + received);
    };
    for (const [label, Type] of copies.flatMap(errorClasses)) {
      const error = label === 'NoProviderAvailableError' ? new Type([]) : new Type('field', 'message');
      expectEqual(label, error.name, 'name of ' + label);
      for (const [other, Other] of roots.flatMap(errorClasses)) {
        pairs++;
        const expected = other === label || other === 'AgentTrmError';
        expectEqual(expected, error instanceof Other, label + ' instanceof ' + other);
        expectEqual(expected, Other.isInstance(error), other + '.isInstance(' + label + ')');
      }
    }
    const separate = roots[0].AgentTrmError !== roots[1].AgentTrmError;
    console.log(JSON.stringify({ wrong: [...wrong], pairs, separate }));
  `;
  return runProbe(consumer, body) as BrandReport;
}
