import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModelLoadError } from '../../core/errors.js';
import { parseVocabulary, type Vocabulary } from '../../encoding/index.js';
import type { Parameter, ParameterMap } from '../graph/weight-source.js';
import { fromFloat32, readSafetensors, toFloat32, writeSafetensors } from '../weights/index.js';
import { type Calibration, parseCalibration } from './calibration.js';
import { countParameters, remediationParameters } from './config.js';
import { type ModelManifest, parseManifest } from './manifest.js';

/** A model folder, read and verified. */
export interface ModelFolder {
  readonly path: string;
  readonly manifest: ModelManifest;
  readonly weights: ParameterMap;
  readonly vocabulary: Vocabulary;
  readonly calibration: Calibration;
}

export const MANIFEST_FILE = 'manifest.json';

/**
 * Reads a model folder: manifest, weights, vocabulary and calibration. Every file must have the hash that the manifest
 * gives, every tensor the shape that its configuration calls for.
 *
 * @throws ModelLoadError that says which file is missing, damaged or of another model
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const manifestPath = join(path, MANIFEST_FILE);
  const manifest = parseManifest(parseJson(await read(manifestPath), manifestPath), manifestPath);
  const { files } = manifest;
  const [weightBytes, vocabularyBytes, calibrationBytes] = await Promise.all(
    [files.weights, files.vocabulary, files.calibration].map((file) =>
      readVerified(join(path, file.name), file.sha256),
    ),
  );
  const vocabulary = parseVocabulary(parseJson(vocabularyBytes as Uint8Array, files.vocabulary.name));
  const calibration = parseCalibration(parseJson(calibrationBytes as Uint8Array, files.calibration.name), {
    weightsSha256: files.weights.sha256,
    vocabularySha256: files.vocabulary.sha256,
  });
  const weights = readWeights(weightBytes as Uint8Array, manifest);
  return { path: resolve(path), manifest, weights, vocabulary, calibration };
}

/** The parts of a model that are not files yet. */
export interface NewModel {
  readonly manifest: Omit<ModelManifest, 'files' | 'parameterCount' | 'formatVersion' | 'architecture'>;
  readonly weights: ParameterMap;
  readonly vocabulary: Vocabulary;
  readonly calibration: Omit<Calibration, 'weightsSha256' | 'vocabularySha256'>;
  /** Further files of the folder, such as MODEL_CARD.md. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Weights as they are shipped: safetensors in float16. */
export function packWeights(weights: ParameterMap): Uint8Array {
  const tensors = new Map([...weights].map(([name, { shape, data }]) => [name, fromFloat32(data, shape, 'F16')]));
  return writeSafetensors(tensors);
}

/** Writes a model folder beside its final place and moves it there as a whole; an older one at `path` is replaced. */
export async function writeModelFolder(path: string, model: NewModel): Promise<ModelManifest> {
  const weights = packWeights(model.weights);
  const vocabulary = encode(`${JSON.stringify(model.vocabulary)}\n`);
  const hashes = { weightsSha256: sha256(weights), vocabularySha256: sha256(vocabulary) };
  const calibration = encode(`${JSON.stringify({ ...model.calibration, ...hashes }, null, 2)}\n`);
  const manifest = parseManifest(
    {
      formatVersion: 1,
      architecture: 'remediation-slot-trm',
      ...model.manifest,
      parameterCount: countParameters(model.weights),
      files: {
        weights: { name: 'weights.safetensors', sha256: hashes.weightsSha256 },
        vocabulary: { name: 'vocabulary.json', sha256: hashes.vocabularySha256 },
        calibration: { name: 'calibration.json', sha256: sha256(calibration) },
      },
    },
    path,
  );
  const partial = `${path}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(join(partial, manifest.files.weights.name), weights);
  await writeFile(join(partial, manifest.files.vocabulary.name), vocabulary);
  await writeFile(join(partial, manifest.files.calibration.name), calibration);
  for (const [name, text] of Object.entries(model.texts ?? {})) await writeFile(join(partial, name), text);
  await writeFile(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(path, { recursive: true, force: true });
  await rename(partial, path);
  return manifest;
}

function readWeights(bytes: Uint8Array, manifest: ModelManifest): Map<string, Parameter> {
  const tensors = readSafetensors(bytes);
  const weights = new Map<string, Parameter>();
  for (const [name, { shape }] of remediationParameters(manifest.config)) {
    const tensor = tensors.get(name);
    if (!tensor) throw new ModelLoadError(`${manifest.files.weights.name} has no tensor "${name}"`);
    if (tensor.shape.join() !== shape.join()) {
      throw new ModelLoadError(
        `${manifest.files.weights.name}: "${name}" has shape [${tensor.shape.join(', ')}], the manifest calls for [${shape.join(', ')}]`,
      );
    }
    weights.set(name, { shape, data: toFloat32(tensor) });
  }
  return weights;
}

async function readVerified(path: string, expected: string): Promise<Uint8Array> {
  const bytes = await read(path);
  const found = sha256(bytes);
  if (found !== expected) {
    throw new ModelLoadError(`${path} is damaged or was replaced: sha256 ${found}, the manifest says ${expected}`);
  }
  return bytes;
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModelLoadError(
      `${path} cannot be read (${reason}). A model folder holds ${MANIFEST_FILE} and the files it names.`,
      {
        cause: error,
      },
    );
  }
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelLoadError(`${where} does not hold JSON: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
