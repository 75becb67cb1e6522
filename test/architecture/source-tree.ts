import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ESTree, parseSync, Visitor } from 'vite';

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface Import {
  /** As written, such as `../core/errors.js` or `node:fs`. */
  readonly specifier: string;
  /** `type` leaves no trace at run time; `dynamic` is `import(...)`; `static` covers re-exports and `require`. */
  readonly kind: 'static' | 'type' | 'dynamic';
}

export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly readsEnvironment: boolean;
  readonly hasDefaultExport: boolean;
}

/** Every file under a folder of the repository (none when the folder is missing), sorted. */
export function listFiles(folder: string): string[] {
  let entries: ReturnType<typeof readEntries>;
  try {
    entries = readEntries(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(REPOSITORY, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
}

function readEntries(folder: string) {
  return readdirSync(path.join(REPOSITORY, folder), { recursive: true, withFileTypes: true });
}

export function readSourceFiles(folder: string): SourceFile[] {
  return listFiles(folder)
    .filter((file) => /\.(ts|mts|cts|mjs|cjs|js)$/.test(file))
    .map((file) => parseSource(file, readFileSync(path.join(REPOSITORY, file), 'utf8')));
}

/** Throws when the text is no TypeScript. */
export function parseSource(file: string, text: string): SourceFile {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors.map((error) => error.message).join('; ')}`);
  const imports: Import[] = [];
  let readsEnvironment = false;
  let hasDefaultExport = false;
  const add = (node: ESTree.Node | null | undefined, kind: Import['kind']): void => {
    const specifier = textOf(node);
    if (specifier !== undefined) imports.push({ specifier, kind });
  };
  new Visitor({
    ImportDeclaration(node) {
      add(node.source, node.importKind === 'type' ? 'type' : 'static');
      const isProcessModule = /^(node:)?process$/.test(node.source.value);
      if (isProcessModule && node.specifiers.some((specifier) => importsName(specifier, 'env')))
        readsEnvironment = true;
    },
    ExportAllDeclaration(node) {
      add(node.source, node.exportKind === 'type' ? 'type' : 'static');
    },
    ExportNamedDeclaration(node) {
      add(node.source, node.exportKind === 'type' ? 'type' : 'static');
      if (node.specifiers.some((specifier) => nameOf(specifier.exported) === 'default')) hasDefaultExport = true;
    },
    ExportDefaultDeclaration() {
      hasDefaultExport = true;
    },
    TSImportType(node) {
      add(node.source, 'type');
    },
    ImportExpression(node) {
      add(node.source, 'dynamic');
    },
    CallExpression(node) {
      if (nameOf(node.callee) === 'require') add(node.arguments[0], 'static');
    },
    MemberExpression(node) {
      if (isProcess(node.object) && memberName(node) === 'env') readsEnvironment = true;
    },
    VariableDeclarator(node) {
      if (node.id.type !== 'ObjectPattern' || !isProcess(node.init)) return;
      const takesEnv = node.id.properties.some((property) => 'key' in property && nameOf(property.key) === 'env');
      if (takesEnv) readsEnvironment = true;
    },
  }).visit(program);
  return { path: file, lines: text.trimEnd().split('\n').length, imports, readsEnvironment, hasDefaultExport };
}

/** The text of a string, also of a template without expressions. */
function textOf(node: ESTree.Node | null | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
    return node.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/** The name that an identifier or a quoted name stands for. */
function nameOf(node: ESTree.Node | null | undefined): string | undefined {
  return node?.type === 'Identifier' ? node.name : textOf(node);
}

function memberName(node: ESTree.MemberExpression): string | undefined {
  return node.computed ? textOf(node.property) : nameOf(node.property);
}

function importsName(specifier: ESTree.ImportDeclarationSpecifier, name: string): boolean {
  return specifier.type === 'ImportSpecifier' && nameOf(specifier.imported) === name;
}

/** `process` or `globalThis.process`. */
function isProcess(node: ESTree.Node | null | undefined): boolean {
  if (node?.type === 'MemberExpression') return nameOf(node.object) === 'globalThis' && memberName(node) === 'process';
  return node?.type === 'Identifier' && node.name === 'process';
}
