import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

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

export function parseSource(file: string, text: string): SourceFile {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  let readsEnvironment = false;
  let hasDefaultExport = false;
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) imports.push(found);
    if (isEnvironmentRead(node)) readsEnvironment = true;
    if (isDefaultExport(node)) hasDefaultExport = true;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path: file, lines: text.trimEnd().split('\n').length, imports, readsEnvironment, hasDefaultExport };
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    const type = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return literal(node.moduleSpecifier, type ? 'type' : 'static');
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    return literal(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static');
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal, 'type');
  if (ts.isCallExpression(node)) {
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return literal(node.arguments[0], 'dynamic');
    if (ts.isIdentifier(node.expression) && node.expression.text === 'require') {
      return literal(node.arguments[0], 'static');
    }
  }
  return undefined;
}

function literal(node: ts.Node | undefined, kind: Import['kind']): Import | undefined {
  return node && ts.isStringLiteralLike(node) ? { specifier: node.text, kind } : undefined;
}

function isEnvironmentRead(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === 'env';
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return isProcess(node.expression) && ts.isStringLiteralLike(key) && key.text === 'env';
  }
  if (ts.isVariableDeclaration(node) && node.initializer && isProcess(node.initializer)) {
    return ts.isObjectBindingPattern(node.name) && node.name.elements.some((element) => boundName(element) === 'env');
  }
  if (ts.isImportSpecifier(node)) {
    const from = node.parent.parent.parent.moduleSpecifier;
    const imported = (node.propertyName ?? node.name).text;
    return imported === 'env' && ts.isStringLiteralLike(from) && /^(node:)?process$/.test(from.text);
  }
  return false;
}

function boundName(element: ts.BindingElement): string {
  return (element.propertyName ?? element.name).getText();
}

/** `process` or `globalThis.process`. */
function isProcess(node: ts.Expression): boolean {
  if (ts.isPropertyAccessExpression(node)) {
    return node.name.text === 'process' && node.expression.getText() === 'globalThis';
  }
  return ts.isIdentifier(node) && node.text === 'process';
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === 'default';
  if (!ts.canHaveModifiers(node)) return false;
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword) ?? false;
}
