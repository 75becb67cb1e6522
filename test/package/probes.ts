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

/**
 * Loads the specifiers one after the other in one process and reports after each what was loaded up to then.
 * `require.cache` also lists the CommonJS modules that an ES module imported.
 */
export function probeLoading(
  consumer: string,
  kind: 'import' | 'require',
  specifiers: readonly string[],
): Record<string, LoadReport> {
  const body = `
    const nativeFiles = [];
    const open = process.dlopen;
    process.dlopen = (module, file, ...rest) => {
      nativeFiles.push(file);
      return open.call(process, module, file, ...rest);
    };
    const reports = {};
    for (const specifier of ${JSON.stringify(specifiers)}) {
      const loaded = ${kind === 'import' ? 'await import(specifier)' : 'require(specifier)'};
      reports[specifier] = {
        exported: Object.keys(loaded).sort(),
        nativeFiles: [...nativeFiles],
        onnxruntimeFiles: Object.keys(require.cache).filter((file) => file.includes('onnxruntime')),
      };
    }
    console.log(JSON.stringify(reports));
  `;
  return runProbe(consumer, body) as Record<string, LoadReport>;
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

/** Lets the engine of one module kind throw and the root of the other kind judge the error. */
export function probeThrownError(consumer: string, name: string): Record<'import' | 'require', string> {
  const body = `
    const verdict = async (trm, root) => {
      try {
        await trm.TRMModel.fromCheckpoint('no-such-checkpoint.safetensors', {});
        return 'nothing was thrown';
      } catch (error) {
        return error instanceof root.AgentTrmError ? 'recognised' : 'not recognised: ' + error;
      }
    };
    console.log(JSON.stringify({
      import: await verdict(await import('${name}/trm'), require('${name}')),
      require: await verdict(require('${name}/trm'), await import('${name}')),
    }));
  `;
  return runProbe(consumer, body) as Record<'import' | 'require', string>;
}

/** Computes x + x for x = (1.5, 2.5) with the package's graph builder and runtime. */
export function probeRuntime(consumer: string, name: string, kind: 'import' | 'require'): unknown {
  const load = kind === 'import' ? 'await import' : 'require';
  const body = `
    const { GraphBuilder, add, serializeModel } = ${load}('${name}/onnx');
    const { Runtime } = ${load}('${name}/runtime');
    const graph = new GraphBuilder('double');
    const x = graph.input('x', 'float32', [2]);
    graph.output('y', add(x, x));
    const runtime = new Runtime({ executionProviders: ['cpu'], intraOpThreads: 1 });
    const session = await runtime.createSession(serializeModel(graph));
    const { y } = await session.run({ x: { type: 'float32', data: Float32Array.of(1.5, 2.5), dims: [2] } });
    await runtime.dispose();
    console.log(JSON.stringify([...y.data]));
  `;
  return runProbe(consumer, body);
}

/** Asks the provider whose package is an optional peer, in a project that does not have it. */
export function probeMissingPeer(consumer: string, name: string, kind: 'import' | 'require'): unknown {
  const load = kind === 'import' ? 'await import' : 'require';
  const body = `
    const { createTransformersProvider } = ${load}('${name}/providers');
    const provider = createTransformersProvider({ model: 'some/model' });
    console.log(JSON.stringify(await provider.doHealth(new AbortController().signal)));
  `;
  return runProbe(consumer, body);
}
