import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  installPackedPackage,
  listSpecifiers,
  type PackedPackage,
  REPOSITORY,
  readManifest,
  runProcess,
} from './packed-package.js';
import { type LoadReport, probeErrorBrands, probeUse, type UseReport } from './probes.js';
import { findTypeErrors } from './type-consumer.js';

const manifest = readManifest();
const specifiers = listSpecifiers();
let packed: PackedPackage;
let used: Record<'import' | 'require', UseReport>;

beforeAll(() => {
  packed = installPackedPackage();
  // The native package comes last, to show that loading it would be noticed.
  const inOrder = [...specifiers, 'onnxruntime-node'];
  used = {
    import: probeUse(packed.consumer, manifest.name, 'import', inOrder),
    require: probeUse(packed.consumer, manifest.name, 'require', inOrder),
  };
});

afterAll(() => packed?.[Symbol.dispose]());

describe('the files of the package', () => {
  it('are dist, models and the pages about the package', () => {
    const allowed = /^(dist\/|models\/|(package\.json|README\.md|CHANGELOG\.md|SECURITY\.md|LICENSE)$)/;
    expect(packed.files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(packed.files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE']));
  });

  it('hold every entry that package.json names', () => {
    const entries = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string'
        ? [target]
        : [target.import, target.require].flatMap((condition) => [condition.types, condition.default]),
    );
    const wanted = [...entries, ...Object.values(manifest.bin), 'dist/runtime-worker.js'];
    expect(packed.files).toEqual(expect.arrayContaining(wanted.map((file) => path.posix.normalize(file))));
  });

  it('hold every model folder whole', () => {
    const models = path.join(REPOSITORY, 'models');
    const folders = readdirSync(models).filter((name) => existsSync(path.join(models, name, 'manifest.json')));
    const wanted = folders.flatMap((folder) =>
      readdirSync(path.join(models, folder)).map((file) => `models/${folder}/${file}`),
    );
    expect(packed.files).toEqual(expect.arrayContaining(wanted));
  });

  it('name no path of the machine that built them', () => {
    const offenders = packed.files
      .filter((file) => /\.(c?js|d\.c?ts|json)$/.test(file))
      .filter((file) => readFileSync(path.join(packed.root, file), 'utf8').includes(REPOSITORY));
    expect(offenders).toEqual([]);
  });
});

describe.each(['import', 'require'] as const)('%s', (kind) => {
  it.each(specifiers)('loads %s without native code', (specifier) => {
    const { exported, nativeFiles, onnxruntimeFiles } = used[kind].loaded[specifier] as LoadReport;
    expect(exported).not.toEqual([]);
    expect(exported).not.toContain('default');
    expect({ nativeFiles, onnxruntimeFiles }).toEqual({ nativeFiles: [], onnxruntimeFiles: [] });
  });

  it('would notice native code', () => {
    const { nativeFiles, onnxruntimeFiles } = used[kind].loaded['onnxruntime-node'] as LoadReport;
    expect(nativeFiles).not.toEqual([]);
    expect(onnxruntimeFiles).not.toEqual([]);
  });

  it('runs a graph in the worker thread that the package brings', () => {
    expect(used[kind].doubled).toEqual([3, 5]);
  });

  it('says what to install where an optional peer is missing', () => {
    expect(used[kind].missingPeer).toEqual({
      healthy: false,
      detail: expect.stringMatching(/@huggingface\/transformers is not installed.*npm install/),
    });
  });
});

it.each(specifiers)('%s has the same names as ES module and as CommonJS module', (specifier) => {
  expect(used.import.loaded[specifier]?.exported).toEqual(used.require.loaded[specifier]?.exported);
});

describe('error classes', () => {
  it('know the instances of every other copy of themselves, and no others', () => {
    const { wrong, pairs, separate } = probeErrorBrands(packed.consumer, manifest.name, specifiers);
    expect({ wrong, separate }).toEqual({ wrong: [], separate: true });
    expect(pairs).toBeGreaterThan(100);
  });

  it('are recognised when a subpath of one module kind throws and the root of the other catches', () => {
    expect([used.import.thrown, used.require.thrown]).toEqual(['recognised', 'recognised']);
  });
});

describe('the command', () => {
  it('starts under Node, decides about an alert, and ends with 2 for one that it cannot read', () => {
    const [file = ''] = Object.values(manifest.bin);
    expect(readFileSync(path.join(packed.root, file), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    const decide = (alert: string) =>
      runProcess(process.execPath, [path.join(packed.root, file), 'decide', '--no-trm', alert], packed.consumer);
    const { status, stdout, stderr } = decide(
      '{"labels":{"alertname":"PodCrashLooping","pod":"shop-0","namespace":"shop"}}',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ lambda_function: 'pod-restart', phase: 'rules' });
    const refused = decide('{"labels": ');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^agent-trm: .*JSON.*\n$/);
  });
});

describe('the types', () => {
  it('resolve for import and for require', () => {
    const missing = `${manifest.name}/no-such-subpath`;
    const { errors, control } = findTypeErrors(packed.consumer, specifiers, missing);
    expect(errors).toEqual([]);
    // The check would notice an entry without types: it misses this one, once in each module kind.
    expect(control).toHaveLength(2);
  });
});

describe('package.json', () => {
  it('satisfies publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.root, pack: false, strict: true });
    const findings = messages.filter((message) => message.type !== 'suggestion');
    expect(findings.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });
});
