// Gives CommonJS importers declarations of their own: copies of those in dist/types that name each other.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../dist/types/', import.meta.url));
const specifiers = /\b(from |import\()(["'])(\.{1,2}\/[^"']*)\.js\2/g;
for (const file of readdirSync(folder, { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue;
  const text = readFileSync(join(folder, file), 'utf8');
  writeFileSync(join(folder, file.replace(/\.d\.ts$/, '.d.cts')), text.replace(specifiers, '$1$2$3.cjs$2'));
}
