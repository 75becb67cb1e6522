import { describe, expect, it } from 'vitest';
import {
  findBadNames,
  findCrowdedFolders,
  findDefaultExports,
  findEnvironmentReaders,
  findForbiddenImports,
  findImportCycles,
  findLongFiles,
  findNativeImports,
  findUndeclaredPackages,
  findUnresolvedImports,
} from './rules.js';
import { parseSource } from './source-tree.js';

/** Each rule must be able to fail: a planted violation is found, and its lawful neighbour is not. */
describe('forbidden imports', () => {
  const check = (path: string, text: string): string[] => findForbiddenImports([parseSource(path, text)]);

  it('names the file, the import and what is allowed', () => {
    expect(check('src/domain/alert.ts', `import { x } from '../onnx/graph.js';`)).toEqual([
      'src/domain/alert.ts imports ../onnx/graph.js: allowed here are core',
    ]);
  });

  it.each([
    ['a re-export', 'src/core/a.ts', `export { x } from '../domain/alert.js';`],
    ['a type import', 'src/core/a.ts', `import type { X } from '../domain/alert.js';`],
    ['an inline type import', 'src/core/a.ts', `export const a: import('../domain/alert.js').Alert = 1;`],
    ['a dynamic import', 'src/onnx/ops/a.ts', `await import('../../runtime/index.js');`],
    ['encoding from the reference engine', 'src/trm/engine.ts', `import '../encoding/index.js';`],
    ['trm from another selector', 'src/remediation/selectors/rules.ts', `import '../../trm/index.js';`],
    ['training from the root entry', 'src/index.ts', `export { x } from './training/index.js';`],
    ['testing from cli', 'src/cli/main.ts', `import '../testing/index.js';`],
    ['a file outside src', 'src/core/a.ts', `import '../../test/fixtures/a.js';`],
    ['a room without a row', 'src/attic/a.ts', `import '../core/errors.js';`],
  ])('finds %s', (_, path, text) => {
    expect(check(path, text)).toHaveLength(1);
  });

  it.each([
    ['a neighbour', 'src/core/a.ts', `import './b.js';`],
    ['a lower room', 'src/runtime/a.ts', `import '../onnx/graph.js';`],
    ['trm from its selector', 'src/remediation/selectors/trm.ts', `import '../../trm/index.js';`],
    ['training from cli', 'src/cli/train.ts', `import '../training/index.js';`],
    ['a package', 'src/core/a.ts', `import { z } from 'zod';`],
    ['words in a comment', 'src/core/a.ts', `// import '../cli/main.js';`],
  ])('allows %s', (_, path, text) => {
    expect(check(path, text)).toEqual([]);
  });
});

describe('native code', () => {
  const check = (path: string, text: string): string[] => findNativeImports([parseSource(path, text)]);

  it('may be imported lazily or as types, in src/runtime', () => {
    expect(check('src/runtime/a.ts', `import type * as ort from 'onnxruntime-node';`)).toEqual([]);
    expect(check('src/runtime/a.ts', `const ort = await import('onnxruntime-node');`)).toEqual([]);
    expect(check('src/runtime/a.ts', `import * as ort from 'onnxruntime-node';`)).toHaveLength(1);
    expect(check('src/runtime/a.ts', `const ort = require('onnxruntime-node');`)).toHaveLength(1);
    expect(check('src/trm/a.ts', `const ort = await import('onnxruntime-node');`)).toHaveLength(1);
  });

  it('of an optional package may be imported lazily, in the folder of its provider', () => {
    const lazy = `await import('@huggingface/transformers');`;
    expect(check('src/providers/transformers/a.ts', lazy)).toEqual([]);
    expect(check('src/providers/ollama.ts', lazy)).toHaveLength(1);
    expect(check('src/providers/transformers/a.ts', `import { env } from '@huggingface/transformers';`)).toHaveLength(
      1,
    );
  });
});

describe('packages and files', () => {
  it('have to be declared, with node: before what Node brings', () => {
    const file = parseSource('src/core/a.ts', `import 'zod/v4'; import 'node:fs'; import 'fs'; import '@scope/b/c';`);
    expect(findUndeclaredPackages([file], ['zod'], ['fs'])).toEqual([
      'src/core/a.ts imports fs: write node:fs',
      'src/core/a.ts imports @scope/b/c, which package.json does not list under dependencies or peerDependencies',
    ]);
  });

  it('have to exist', () => {
    const file = parseSource('src/core/a.ts', `import './a.js'; import './a'; import './b.js';`);
    expect(findUnresolvedImports([file])).toHaveLength(2);
  });

  it('may not import in a circle', () => {
    const files = [
      parseSource('src/core/a.ts', `import './b.js';`),
      parseSource('src/core/b.ts', `import type { C } from './c.js';`),
      parseSource('src/core/c.ts', `export { b } from './b.js';`),
    ];
    expect(findImportCycles(files)).toEqual(['src/core/b.ts -> src/core/c.ts -> src/core/b.ts']);
    expect(findImportCycles(files.slice(0, 2))).toEqual([]);
  });
});

describe('the environment', () => {
  const check = (path: string, text: string): string[] => findEnvironmentReaders([parseSource(path, text)]);

  it.each([
    `process.env.HOME`,
    `process.env['HOME']`,
    `process['env']`,
    `globalThis.process.env`,
    `const { env } = process;`,
    `const { env: all } = process;`,
    `import { env } from 'node:process';`,
  ])('is read by %s', (text) => {
    expect(check('src/core/a.ts', text)).toHaveLength(1);
    expect(check('src/config/a.ts', text)).toEqual([]);
  });

  it.each([`process.exitCode = 1;`, `// process.env`, `const text = 'process.env';`, `options.env`])(
    'is not read by %s',
    (text) => {
      expect(check('src/core/a.ts', text)).toEqual([]);
    },
  );
});

describe('shape and names', () => {
  it('finds every form of default export', () => {
    for (const text of [`export default 1;`, `export default class {}`, `export { a as default } from './a.js';`]) {
      expect(findDefaultExports([parseSource('src/core/a.ts', text)])).toHaveLength(1);
    }
    expect(findDefaultExports([parseSource('src/core/a.ts', `export const a = 1;`)])).toEqual([]);
  });

  it('counts lines and files', () => {
    expect(findLongFiles([parseSource('src/core/a.ts', 'a;\n'.repeat(400))])).toEqual([]);
    expect(findLongFiles([parseSource('src/core/a.ts', 'a;\n'.repeat(401))])).toHaveLength(1);
    const paths = Array.from({ length: 13 }, (_, index) => `src/core/a${index}.ts`);
    expect(findCrowdedFolders(paths)).toHaveLength(1);
    expect(findCrowdedFolders(paths.slice(1))).toEqual([]);
  });

  it('reads names', () => {
    expect(findBadNames(['src/core/random.ts', 'test/unit/core/random.test.ts', 'src/trm/h-init.ts'])).toEqual([]);
    expect(findBadNames(['src/core/memoizeAsync.ts', 'src/onnxOps/add.ts', 'src/utils/a.ts'])).toHaveLength(3);
  });
});
