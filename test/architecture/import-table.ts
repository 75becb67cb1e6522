/** What a room under src/ may import, by the path of the importing file. The first row that matches counts. */
export interface ImportRow {
  /** Files that the row speaks about: a folder (`src/core/`), one file, or a regular expression on the path. */
  readonly files: RegExp;
  /** Rooms besides its own, or `anything`. */
  readonly allows: readonly string[] | 'anything';
}

/** Nothing but the rooms named here may import these. */
export const RESTRICTED_ROOMS: Readonly<Record<string, readonly string[]>> = {
  testing: [],
  cli: [],
  training: ['cli', 'testing'],
  server: ['cli', 'testing'],
};

const BELOW_SERVER = [
  'core',
  'domain',
  'config',
  'http',
  'onnx',
  'runtime',
  'encoding',
  'trm',
  'providers',
  'client',
  'remediation',
  'cloudevents',
  'telemetry',
];

export const IMPORT_TABLE: readonly ImportRow[] = [
  { files: /^src\/core\//, allows: [] },
  { files: /^src\/domain\//, allows: ['core'] },
  { files: /^src\/config\//, allows: ['core', 'domain'] },
  { files: /^src\/http\//, allows: ['core'] },
  { files: /^src\/onnx\//, allows: ['core'] },
  { files: /^src\/runtime\//, allows: ['core', 'onnx'] },
  { files: /^src\/encoding\//, allows: ['core', 'domain'] },
  { files: /^src\/trm\/remediation/, allows: ['core', 'domain', 'onnx', 'runtime', 'encoding'] },
  { files: /^src\/trm\//, allows: ['core', 'domain', 'onnx', 'runtime'] },
  { files: /^src\/providers\/local-trm/, allows: ['core', 'domain', 'config', 'trm', 'encoding'] },
  { files: /^src\/providers\//, allows: ['core', 'domain', 'config', 'http'] },
  { files: /^src\/client\/default-providers\.ts$/, allows: ['domain', 'config', 'providers'] },
  { files: /^src\/client\//, allows: ['core', 'domain', 'config'] },
  {
    files: /^src\/remediation\/selectors\/trm(-[a-z-]+)?\.ts$/,
    allows: ['core', 'domain', 'config', 'trm', 'encoding', 'runtime'],
  },
  {
    files: /^src\/remediation\/chain\/create-remediation-chain\.ts$/,
    allows: ['core', 'domain', 'config', 'providers'],
  },
  // What may fill a parameter is decided in one place, which is in encoding.
  { files: /^src\/remediation\//, allows: ['core', 'domain', 'config', 'encoding'] },
  { files: /^src\/cloudevents\/sink\//, allows: ['core', 'domain', 'config', 'http'] },
  { files: /^src\/cloudevents\//, allows: ['core', 'domain'] },
  { files: /^src\/telemetry\//, allows: ['core', 'domain'] },
  { files: /^src\/server\//, allows: BELOW_SERVER },
  { files: /^src\/training\//, allows: BELOW_SERVER.filter((room) => room !== 'client') },
  { files: /^src\/(cli|testing)\//, allows: 'anything' },
  { files: /^src\/index\.ts$/, allows: BELOW_SERVER },
];

/**
 * Packages with native code, and those of the telemetry, with the folders that may import them. None is loaded by a static
 * import, so that who does not use one does not load it; the optional peers may not even be installed.
 */
export const LAZY_PACKAGES: readonly { readonly name: string; readonly folder: string }[] = [
  { name: 'onnxruntime-node', folder: 'src/runtime/' },
  { name: '@huggingface/transformers', folder: 'src/providers/transformers/' },
  { name: 'prom-client', folder: 'src/telemetry/prometheus/' },
  { name: 'pino', folder: 'src/telemetry/logging/' },
  { name: '@opentelemetry/api', folder: 'src/telemetry/opentelemetry/' },
];

/** Modules that stay small enough to read in one sitting. */
export const MAXIMUM_LINES = 400;
export const MAXIMUM_FILES_IN_FOLDER = 12;

/** Folder names that say nothing about what is inside. */
export const VAGUE_FOLDERS: readonly string[] = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'lib'];

/** Names at the top level of the repository, besides dotfiles and what .gitignore leaves out. */
export const TOP_LEVEL: readonly string[] = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'biome.json',
  'examples',
  'models',
  'package-lock.json',
  'package.json',
  'src',
  'test',
  'tsconfig.json',
];
