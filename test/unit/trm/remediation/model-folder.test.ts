import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelLoadError } from '../../../../src/core/errors.js';
import { buildVocabulary } from '../../../../src/encoding/index.js';
import {
  CALIBRATION_INPUTS,
  countParameters,
  DEFAULT_REMEDIATION_CONFIG,
  initialParameters,
  type NewModel,
  readModelFolder,
  writeModelFolder,
} from '../../../../src/trm/remediation/index.js';

const vocabulary = buildVocabulary(['pod restart'], { maxWords: 8, minCount: 1, hashBuckets: 4, maxTokens: 4 });
const shape = { hidden_size: 24, num_heads: 2, expansion: 1, encoder_layers: 0, L_layers: 1 };
const config = { ...DEFAULT_REMEDIATION_CONFIG, ...shape, vocab_size: 16, causes: 2 };
const model: NewModel = {
  manifest: {
    name: 'tiny',
    version: 3,
    config,
    haltMaxSteps: 2,
    causes: ['unknown', 'crash-loop'],
    training: { seed: 1 },
    metrics: {},
  },
  weights: initialParameters(config, 5),
  vocabulary,
  calibration: {
    formatVersion: 3,
    inputs: [...CALIBRATION_INPUTS],
    intercept: 0.1,
    coefficients: CALIBRATION_INPUTS.map((_, index) => index + 1),
    fittedOn: { rows: 10, split: 'calibration' },
  },
  texts: { 'MODEL_CARD.md': '# tiny\n' },
};

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'agent-trm-model-')), 'tiny');
});
afterEach(() => rm(join(path, '..'), { recursive: true, force: true }));

/** What reading the folder says after `change` has been made to one of its files. */
async function refusal(file: string, change: (text: string) => string): Promise<string> {
  const target = join(path, file);
  await writeFile(target, change(await readFile(target, 'utf8')));
  const reading = readModelFolder(path);
  await expect(reading).rejects.toBeInstanceOf(ModelLoadError);
  return reading.then(
    () => '',
    (error: Error) => error.message,
  );
}

describe('a model folder', () => {
  it('comes back as it was written, with weights in float16', async () => {
    const manifest = await writeModelFolder(path, model);
    expect((await readdir(path)).sort()).toEqual([
      'MODEL_CARD.md',
      'calibration.json',
      'manifest.json',
      'vocabulary.json',
      'weights.safetensors',
    ]);
    const folder = await readModelFolder(path);
    expect(folder.manifest).toEqual(manifest);
    expect(folder.manifest.parameterCount).toBe(countParameters(model.weights));
    expect(folder.vocabulary).toEqual(vocabulary);
    expect(folder.calibration.coefficients).toEqual(CALIBRATION_INPUTS.map((_, index) => index + 1));
    for (const [name, { data }] of model.weights) {
      const read = folder.weights.get(name)?.data ?? new Float32Array();
      const far = data.filter(
        (value, index) => !(Math.abs((read[index] as number) - value) <= Math.abs(value) * 2 ** -11 + 2 ** -25),
      );
      expect([...far], name).toEqual([]);
    }
  });

  it('replaces an older one as a whole', async () => {
    await writeModelFolder(path, model);
    await writeFile(join(path, 'left-over.txt'), 'x');
    await writeModelFolder(path, { ...model, manifest: { ...model.manifest, version: 4 } });
    expect(await readdir(path)).not.toContain('left-over.txt');
    expect((await readModelFolder(path)).manifest.version).toBe(4);
    expect(await readdir(join(path, '..'))).toEqual(['tiny']);
  });

  it('is refused when a file is damaged, missing or of another model', async () => {
    await expect(readModelFolder(path)).rejects.toThrow(/manifest\.json cannot be read .*A model folder holds/);
    await writeModelFolder(path, model);
    expect(await refusal('vocabulary.json', (text) => `${text} `)).toMatch(
      /vocabulary\.json is damaged or was replaced/,
    );
    await writeModelFolder(path, model);
    await appendFile(join(path, 'weights.safetensors'), '!');
    await expect(readModelFolder(path)).rejects.toThrow(/weights\.safetensors is damaged/);
    await writeModelFolder(path, model);
    await rm(join(path, 'calibration.json'));
    await expect(readModelFolder(path)).rejects.toThrow(/calibration\.json cannot be read/);
  });

  it('is refused when its manifest does not fit', async () => {
    await writeModelFolder(path, model);
    expect(await refusal('manifest.json', (text) => text.slice(1))).toMatch(/manifest\.json does not hold JSON/);
    await writeModelFolder(path, model);
    expect(await refusal('manifest.json', (text) => text.replace('"num_heads": 2', '"num_heads": 0'))).toMatch(
      /config\.num_heads/,
    );
    await writeModelFolder(path, model);
    expect(await refusal('manifest.json', (text) => text.replace('"hidden_size": 24', '"hidden_size": 26'))).toMatch(
      /has shape \[.*the manifest calls for \[/,
    );
    await writeModelFolder(path, model);
    expect(await refusal('manifest.json', (text) => text.replace('"causes": 2', '"causes": 3'))).toMatch(
      /config\.causes is 3, but 2 causes are named/,
    );
  });

  it('refuses a calibration of other weights', async () => {
    await writeModelFolder(path, model);
    const other = await readFile(join(path, 'calibration.json'), 'utf8');
    await writeModelFolder(path, { ...model, weights: initialParameters(config, 6) });
    const manifest = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'));
    const { createHash } = await import('node:crypto');
    manifest.files.calibration.sha256 = createHash('sha256').update(other).digest('hex');
    await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest));
    await writeFile(join(path, 'calibration.json'), other);
    await expect(readModelFolder(path)).rejects.toThrow(/fitted for other weights/);
  });
});
