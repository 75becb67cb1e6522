// Type-checks the whole project and writes the declarations of src to dist/types, all in one run of the compiler:
// bundling them with a second program took as long again. CommonJS importers get copies that name each other.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => fail([diagnostic]),
};
const config = ts.getParsedCommandLineOfConfigFile(
  join(root, 'tsconfig.json'),
  { noEmit: false, declaration: true, emitDeclarationOnly: true },
  host,
);
const program = ts.createProgram({ rootNames: config.fileNames, options: config.options });
// Not getPreEmitDiagnostics: it would work out the declarations of the tests as well.
const faults = [
  ...config.errors,
  ...program.getOptionsDiagnostics(),
  ...program.getSyntacticDiagnostics(),
  ...program.getGlobalDiagnostics(),
  ...program.getSemanticDiagnostics(),
];
if (faults.length > 0) fail(faults);
for (const file of program.getSourceFiles()) {
  const path = relative(source, file.fileName);
  // Nobody imports the command line.
  if (path.startsWith('..') || path.startsWith(`cli${sep}`) || !path.endsWith('.ts')) continue;
  const { diagnostics } = program.emit(file, write, undefined, true);
  if (diagnostics.length > 0) fail(diagnostics);
}

function write(fileName, text) {
  const file = join(root, 'dist', 'types', relative(source, fileName));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const specifiers = /\b(from |import\()(["'])(\.{1,2}\/[^"']*)\.js\2/g;
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text.replace(specifiers, '$1$2$3.cjs$2'));
}

function fail(diagnostics) {
  const format = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => root, getNewLine: () => '\n' };
  console.error(ts.formatDiagnosticsWithColorAndContext(diagnostics, format));
  process.exit(1);
}
