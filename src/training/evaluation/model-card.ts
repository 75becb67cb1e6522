import type { RemediationConfig } from '../../trm/remediation/index.js';
import type { EvaluationReport } from './evaluate.js';

/** The parts of a manifest that the card shows. */
interface CardManifest {
  readonly name: string;
  readonly version: number;
  readonly config: RemediationConfig;
  readonly haltMaxSteps: number;
  readonly training: Readonly<Record<string, unknown>>;
}

/** MODEL_CARD.md: what the model is, what it was trained on, what it can and cannot do, in figures. */
export function modelCard(manifest: CardManifest, report: EvaluationReport, command: string): string {
  const { config } = manifest;
  const percent = (value: number): string => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`);
  const rows = report.rows.map(
    (row) =>
      `| ${row.suite} | ${row.cases} | ${percent(row.functionAccuracy)} | ${percent(row.callAccuracy)} | ` +
      `${row.callAccuracyPerHCycle.map(percent).join(' / ')} | ${percent(row.coverage)} | ` +
      `${percent(row.selectiveAccuracy)} | ${percent(row.wronglyActed)} (of ${row.noneCases}) | ${row.ece.toFixed(3)} | ${row.augrc.toFixed(3)} |`,
  );
  return `# ${manifest.name} v${manifest.version}

A Tiny Recursive Model that chooses a remediation function and its parameters for a Prometheus alert.

## Architecture

Slot TRM: ${config.slots} answer slots of width ${config.hidden_size} recurse (${config.L_layers} layers, ${config.num_heads} heads, H_cycles ${config.H_cycles}, L_cycles ${config.L_cycles}, at most ${manifest.haltMaxSteps} supervision steps) over the fields of the alert and the functions of the catalog, which are encoded once (${config.encoder_layers} one-pass layers). ${config.vocab_size} token rows.

## Training

\`${command}\`

Dataset hash \`${String(manifest.training.datasetHash)}\`; the facts are in models/facts, with the sources and licences of the alert rules in its README. Every settings value stands in manifest.json.

## Figures

Measured by \`agent-trm evaluate\` at seed ${report.seed} and threshold ${report.threshold}; all suites are drawn by this project's generator from its own facts, so they say nothing about alerts of another world.

| suite | cases | function right | call right | call right after H cycle 1 / 2 / 3 of step 1 | coverage | right when accepted | acts wrongly | ECE (15 bins) | AUGRC |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

- iid: alert names of the training split, label values never seen.
- unseen-alert: alert names that are not in training, default catalog. unseen-function: the same with catalogs whose functions are not in training.
- none: alerts of unseen-alert on which nothing should be done.
- "call right" counts the function and every parameter that a pointer fills.

## Limits

Trained on facts about public alert rules and on described failure modes, not on recorded incidents. The confidence is fitted on this generator's calibration split. Text in other languages than English was not in training.
`;
}
