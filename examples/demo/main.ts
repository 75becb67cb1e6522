import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type Decision, parseAlerts, TRMRemediationSelector } from '../../src/index.js';

const BAR = 20;
const bar = (share: number): string => '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`.padStart(8);

function show(alertName: string, decision: Decision): void {
  console.log(`\n${alertName}`);
  for (const { step, hCycle, lambdaFunction, confidence } of decision.trace) {
    console.log(
      `  step ${step}, H cycle ${hCycle}  ${bar(confidence)} ${percent(confidence)}  ${lambdaFunction ?? 'none'}`,
    );
  }
  for (const [name, value] of Object.entries(decision.parameters)) {
    const origin = decision.parameterOrigins[name];
    const from = origin && 'key' in origin && origin.key ? `${origin.kind} ${origin.key}` : (origin?.kind ?? '');
    console.log(`  ${name} = ${JSON.stringify(value)}  (${from})`);
  }
  const acts = decision.accepted && decision.lambdaFunction !== null;
  console.log(`  -> ${acts ? `call ${decision.lambdaFunction}` : 'nothing is triggered'}`);
  console.log(`  ${decision.reasoning}`);
}

const alerts = parseAlerts(JSON.parse(await readFile(new URL('webhook.json', import.meta.url), 'utf8')));
const beforeLoad = performance.now();
await using selector = await TRMRemediationSelector.load();
const loadMs = performance.now() - beforeLoad;
const { manifest } = selector;
console.log(
  `${manifest.name} v${manifest.version}: ${(manifest.parameterCount / 1e6).toFixed(1)} M parameters, ` +
    `H_cycles ${manifest.config.H_cycles}, L_cycles ${manifest.config.L_cycles}, on ${selector.executionProvider}; loaded in ${Math.round(loadMs)} ms`,
);

const beforeSelect = performance.now();
const decisions = await selector.selectAll(alerts);
const selectMs = performance.now() - beforeSelect;
for (const [index, decision] of decisions.entries()) show(alerts[index]?.labels.alertname ?? '', decision);
console.log(
  `\n${decisions.length} alerts answered together in ${Math.round(selectMs)} ms; threshold ${selector.confidenceThreshold}.`,
);

const [crashLoop, reconcile] = decisions;
assert.equal(crashLoop?.lambdaFunction, 'pod-restart');
assert.deepEqual(crashLoop.parameters, { name: 'checkout-7d9f8b6c5-x2x4z', namespace: 'shop', type: 'pod' });
assert.equal(reconcile?.lambdaFunction, 'flux-reconcile-kustomization');
assert.deepEqual(reconcile.parameters, { name: 'homepage', namespace: 'flux-system' });
for (const decision of decisions) {
  // Whatever the model says, a value comes from the alert, a default or a declared rule.
  assert.deepEqual(Object.keys(decision.parameters).sort(), Object.keys(decision.parameterOrigins).sort());
}
