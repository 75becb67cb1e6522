import { runOrThrow } from './packed-package.js';

export interface ProbeResult {
  /** Sorted export names. */
  readonly exported: readonly string[];
  /** Native add-ons that were opened. */
  readonly nativeFiles: readonly string[];
  /** CommonJS files of onnxruntime that were loaded, native or not. */
  readonly onnxruntimeFiles: readonly string[];
}

/**
 * Loads one specifier in a Node process of its own and reports what came and what was loaded on the way.
 * `require.cache` also lists the CommonJS modules that an ES module imported.
 */
export function runImportProbe(consumer: string, kind: 'import' | 'require', specifier: string): ProbeResult {
  const load = kind === 'import' ? `await import('${specifier}')` : `createRequire(location)('${specifier}')`;
  const program = `
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    const location = pathToFileURL(process.cwd() + '/probe.js');
    const nativeFiles = [];
    const open = process.dlopen;
    process.dlopen = (module, file, ...rest) => {
      nativeFiles.push(file);
      return open.call(process, module, file, ...rest);
    };
    const loaded = ${load};
    const cached = Object.keys(createRequire(location).cache);
    console.log(JSON.stringify({
      exported: Object.keys(loaded).sort(),
      nativeFiles,
      onnxruntimeFiles: cached.filter((file) => file.includes('onnxruntime')),
    }));
  `;
  return JSON.parse(runOrThrow(process.execPath, ['--input-type=module', '--eval', program], consumer)) as ProbeResult;
}
