import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * Type-checks an ES module and a CommonJS module that import every specifier, with the checks on the package's own
 * declarations left on, and returns the errors as text.
 */
export function findTypeErrors(
  consumer: string,
  specifiers: readonly string[],
  resolution: 'NodeNext' | 'Bundler',
): string[] {
  const folder = path.join(consumer, `types-${resolution}`);
  mkdirSync(folder, { recursive: true });
  // A namespace of type `any` would accept everything, so each one has to prove that it is not.
  const uses = specifiers.map((_, index) => `export const typed${index}: IsAny<typeof entry${index}> = false;`);
  const isAny = 'type IsAny<T> = 0 extends 1 & T ? true : false;';
  const write = (name: string, imports: readonly string[]): string => {
    const file = path.join(folder, name);
    writeFileSync(file, [...imports, isAny, ...uses].join('\n'));
    return file;
  };
  const files = [
    write(
      'consumer.mts',
      specifiers.map((name, index) => `import * as entry${index} from '${name}';`),
    ),
  ];
  if (resolution === 'NodeNext') {
    files.push(
      write(
        'consumer.cts',
        specifiers.map((name, index) => `import entry${index} = require('${name}');`),
      ),
    );
  }
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [path.join(consumer, 'node_modules/@types')],
    module: resolution === 'NodeNext' ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext,
    moduleResolution: resolution === 'NodeNext' ? ts.ModuleResolutionKind.NodeNext : ts.ModuleResolutionKind.Bundler,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .filter((diagnostic) => isOurs(diagnostic.file?.fileName))
    .map((diagnostic) => {
      const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
      return `${diagnostic.file ? path.relative(consumer, diagnostic.file.fileName) : 'compiler'}: ${message}`;
    });
}

/** Declarations of other packages are theirs to mend. */
function isOurs(file: string | undefined): boolean {
  return file === undefined || !/node_modules[\\/](?!agent-trm[\\/]dist)/.test(file);
}
