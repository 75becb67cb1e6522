import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/**
 * Type-checks an ES module and a CommonJS module that import every specifier, with the checks on the package's own
 * declarations left on. `missing` is a specifier that does not exist; the complaints about it come as `control`.
 */
export function findTypeErrors(
  consumer: string,
  specifiers: readonly string[],
  missing: string,
): { readonly errors: readonly string[]; readonly control: readonly string[] } {
  const folder = path.join(consumer, 'types');
  mkdirSync(folder, { recursive: true });
  const write = (name: string, importLine: (local: string, specifier: string) => string): string => {
    const file = path.join(folder, name);
    const imports = [...specifiers, missing].map((specifier, index) => importLine(`entry${index}`, specifier));
    // A namespace of type `any` would accept everything, so each one has to prove that it is not.
    const isAny = 'type IsAny<T> = 0 extends 1 & T ? true : false;';
    const uses = specifiers.map((_, index) => `export const typed${index}: IsAny<typeof entry${index}> = false;`);
    writeFileSync(file, [...imports, isAny, ...uses].join('\n'));
    return file;
  };
  const files = [
    write('consumer.mts', (local, specifier) => `import * as ${local} from '${specifier}';`),
    write('consumer.cts', (local, specifier) => `import ${local} = require('${specifier}');`),
  ];
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [path.join(consumer, 'node_modules/@types')],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  // The declarations of other packages are theirs to mend, so only our own files and the consumer's are checked.
  const diagnostics = program
    .getSourceFiles()
    .filter((file) => !/node_modules[\\/](?!agent-trm[\\/]dist)/.test(file.fileName))
    .filter((file) => file.fileName.startsWith(consumer.split(path.sep).join('/')))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]);
  const messages = [...program.getOptionsDiagnostics(), ...diagnostics].map((diagnostic) => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    return `${diagnostic.file ? path.relative(consumer, diagnostic.file.fileName) : 'compiler'}: ${message}`;
  });
  return {
    errors: messages.filter((message) => !message.includes(missing)),
    control: messages.filter((message) => message.includes(missing)),
  };
}
