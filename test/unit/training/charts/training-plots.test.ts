import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, TrainingError } from '../../../../src/core/errors.js';
import { replaceFiles, trainingPlots, writeTrainingPlots } from '../../../../src/training/charts/index.js';
import { elementsNamed, elementsOf, parseMarkup, textOf } from './parse-markup.js';

const FILES = ['accuracy.svg', 'gradient-norm.svg', 'learning-rate.svg', 'loss.svg'];

const row = (step: number, loss: number, H_cycles = 3) => ({
  step,
  steps: 100,
  loss,
  functionAccuracy: 0.5,
  callAccuracy: 0.25,
  gradientNorm: 1,
  learningRate: 1e-4,
  H_cycles,
  L_cycles: 6,
  callAccuracyPerStep: [0.1, 0.2],
});

const describeChart = (plots: Map<string, string>, file: string): string =>
  textOf(elementsNamed(parseMarkup(plots.get(file) ?? ''), 'desc')[0] as never);

describe('the plots of a training run', () => {
  it('are four well-formed documents that bring their own ground', () => {
    const plots = trainingPlots([row(10, 5), row(20, 4)]);
    expect([...plots.keys()].sort()).toEqual(FILES);
    for (const svg of plots.values()) {
      const root = parseMarkup(svg);
      expect(elementsOf(root).some(({ attributes }) => attributes.class === 'ground')).toBe(true);
      expect(svg).not.toMatch(/NaN|undefined|https?:(?!\/\/www\.w3\.org\/2000\/svg")/);
    }
    expect(describeChart(plots, 'accuracy.svg')).toMatch(
      /function right: 2 points from 50\.0%.*call right: 2 points from 25\.0%/,
    );
  });

  it('take the later line of a step that was logged again after a resume', () => {
    const plots = trainingPlots([row(10, 5), row(20, 4), row(30, 9), row(20, 3), row(30, 2)]);
    expect(describeChart(plots, 'loss.svg')).toContain('loss: 3 points from 5 to 2, lowest 2, highest 5.');
  });

  it('mark where the depth of the recursion changes, and only there', () => {
    const marks = (rows: Parameters<typeof trainingPlots>[0]): string[] =>
      elementsNamed(parseMarkup(trainingPlots(rows).get('accuracy.svg') ?? ''), 'text')
        .map(textOf)
        .filter((text) => /^H\d+ L\d+$/.test(text));
    expect(marks([row(10, 5, 1), row(20, 4, 1), row(30, 3, 3), row(40, 3, 3)])).toEqual(['H1 L6', 'H3 L6']);
    expect(marks([row(10, 5), row(20, 4)])).toEqual([]);
  });

  it('say so where a measure is missing', () => {
    const plots = trainingPlots([{ step: 1, loss: 2 }, { step: 2, loss: null }, { loss: 3 }, { step: 'x' }]);
    expect(plots.get('accuracy.svg')).toContain('no data');
    expect(describeChart(plots, 'loss.svg')).toContain('loss: 1 point from');
    for (const svg of trainingPlots([]).values()) expect(svg).toContain('no data');
  });
});

describe('writing them', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'agent-trm-plots-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reads the metrics of the run, counts the lines that it cannot read, and replaces older plots', async () => {
    await writeFile(
      join(folder, 'metrics.jsonl'),
      `${JSON.stringify(row(1, 5))}\n{"step": 2, "lo\n[1]\n${JSON.stringify(row(3, 4))}\n`,
    );
    await mkdir(join(folder, 'plots'));
    await writeFile(join(folder, 'plots', 'loss.svg'), 'old');
    const { files, unreadableLines } = await writeTrainingPlots(folder);
    expect(unreadableLines).toBe(2);
    expect(files.toSorted()).toEqual(FILES.map((file) => join(folder, 'plots', file)));
    expect((await readdir(join(folder, 'plots'))).sort()).toEqual(FILES);
    expect(await readFile(join(folder, 'plots', 'loss.svg'), 'utf8')).toContain('loss: 2 points');
  });

  it('says what it expected of a folder that holds no run', async () => {
    const written = writeTrainingPlots(join(folder, 'nowhere'));
    await expect(written).rejects.toBeInstanceOf(TrainingError);
    await expect(written).rejects.toThrow(/metrics\.jsonl cannot be read.*Expected the folder of a training run/);
  });

  it('leaves what was there when one of the files cannot be written', async () => {
    await writeFile(join(folder, 'a.txt'), 'old');
    const written = replaceFiles(
      folder,
      new Map([
        ['a.txt', 'new'],
        ['missing/b.txt', 'new'],
      ]),
    );
    await expect(written).rejects.toBeInstanceOf(ConfigurationError);
    await expect(written).rejects.toThrow(/a\.txt, missing\/b\.txt cannot be written to .*: ENOENT/);
    expect(await readdir(folder)).toEqual(['a.txt']);
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('old');
  });
});
