import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY, runProcess } from './packed-package.js';

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
  const write = (name: string, importLine: (local: string, specifier: string) => string): void => {
    const imports = [...specifiers, missing].map((specifier, index) => importLine(`entry${index}`, specifier));
    // A namespace of type `any` would accept everything, so each one has to prove that it is not.
    const isAny = 'type IsAny<T> = 0 extends 1 & T ? true : false;';
    const uses = specifiers.map((_, index) => `export const typed${index}: IsAny<typeof entry${index}> = false;`);
    writeFileSync(path.join(folder, name), [...imports, isAny, ...uses].join('\n'));
  };
  write('consumer.mts', (local, specifier) => `import * as ${local} from '${specifier}';`);
  write('consumer.cts', (local, specifier) => `import ${local} = require('${specifier}');`);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'esnext.disposable'],
    types: ['node'],
    // Unlike nodenext, node16 refuses declarations of an ES module where a CommonJS module asks for the package.
    module: 'node16',
  };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const compiler = path.join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  const { stdout, stderr } = runProcess(process.execPath, [compiler, '--pretty', 'false'], folder);
  // The declarations of other packages are theirs to mend.
  const messages = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => /\berror TS/.test(line) && !/node_modules[\\/](?!agent-trm[\\/]dist)/.test(line));
  return {
    errors: messages.filter((message) => !message.includes(missing)),
    control: messages.filter((message) => message.includes(missing)),
  };
}
