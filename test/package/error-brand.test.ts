import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  installPackedPackage,
  listSpecifiers,
  type PackedPackage,
  readManifest,
  runOrThrow,
} from './packed-package.js';

const { name } = readManifest();
let packed: PackedPackage;

beforeAll(() => {
  packed = installPackedPackage();
});

afterAll(() => packed?.[Symbol.dispose]());

function runModule(program: string): unknown {
  const prelude = `
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    const require = createRequire(pathToFileURL(process.cwd() + '/probe.js'));
    const esm = await import('${name}');
    const cjs = require('${name}');
  `;
  const output = runOrThrow(process.execPath, ['--input-type=module', '--eval', prelude + program], packed.consumer);
  return JSON.parse(output);
}

describe('an error class', () => {
  it('knows the instances of every other copy of itself, and no others', () => {
    const verdicts = runModule(`
      const copies = [esm, cjs];
      for (const specifier of ${JSON.stringify(listSpecifiers())}) {
        copies.push(await import(specifier), require(specifier));
      }
      const isErrorClass = (value) => typeof value === 'function' && value.prototype instanceof Error;
      const wrong = [];
      let pairs = 0;
      for (const [own, { AgentTrmError }] of [[esm, cjs], [cjs, esm]]) {
        for (const copy of copies) {
          for (const [label, Type] of Object.entries(copy)) {
            if (!isErrorClass(Type)) continue;
            pairs++;
            const error = new Type('field', 'message');
            if (error.name !== label) wrong.push(label + ' calls itself ' + error.name);
            if (!(error instanceof AgentTrmError)) wrong.push(label + ' is no AgentTrmError');
            for (const [other, Other] of Object.entries(own).filter(([, value]) => isErrorClass(value))) {
              const expected = other === label || other === 'AgentTrmError';
              if (error instanceof Other !== expected) wrong.push(label + ' instanceof ' + other + ' is ' + !expected);
              if (Other.isInstance(error) !== expected) wrong.push(other + '.isInstance(' + label + ') is ' + !expected);
            }
          }
        }
      }
      console.log(JSON.stringify({ wrong, pairs, separate: esm.AgentTrmError !== cjs.AgentTrmError }));
    `);
    expect(verdicts).toEqual({ wrong: [], pairs: expect.any(Number), separate: true });
    expect((verdicts as { pairs: number }).pairs).toBeGreaterThan(20);
  });

  it('is recognised when a subpath of one module kind throws and the root of the other catches', () => {
    const verdicts = runModule(`
      const verdicts = {};
      for (const [kind, trm, other] of [
        ['import', await import('${name}/trm'), cjs],
        ['require', require('${name}/trm'), esm],
      ]) {
        try {
          await trm.TRMModel.fromCheckpoint('no-such-checkpoint.safetensors', {});
          verdicts[kind] = 'nothing was thrown';
        } catch (error) {
          verdicts[kind] = error instanceof other.AgentTrmError ? 'recognised' : String(error);
        }
      }
      console.log(JSON.stringify(verdicts));
    `);
    expect(verdicts).toEqual({ import: 'recognised', require: 'recognised' });
  });
});
