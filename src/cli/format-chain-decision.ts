import { styleText } from 'node:util';
import type { Remediation } from '../remediation/acting/index.js';
import type { ChainDecision, PhaseOutcome } from '../remediation/chain/index.js';
import { bar } from './format-decision.js';

type Style = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

const STYLE_OF: Readonly<Record<PhaseOutcome, Style>> = {
  taken: 'green',
  'none-applies': 'green',
  'below-threshold': 'yellow',
  abstained: 'dim',
  refused: 'red',
  failed: 'red',
  'timed-out': 'red',
  skipped: 'dim',
};

/** A chain's decision for people: call, confidence, reason, and what every phase said. */
export function formatChainDecision(decision: ChainDecision, options: { readonly colour: boolean }): string {
  const paint = painter(options.colour);
  const call = decision.lambdaFunction ?? `no function (${decision.outcome})`;
  const by = decision.phase === null ? '' : `  by ${decision.phase}`;
  const lines = [
    `${paint('bold', call)}${by}`,
    ...Object.entries(decision.parameters).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`),
    `  ${bar(decision.confidence)} ${percent(decision.confidence)}`,
    `  ${decision.reasoning}`,
    ...decision.evidence.map(({ kind, source }) => paint('dim', `  ${kind}: ${source}`)),
    ...decision.attempts.map(({ phase, outcome, lambdaFunction, confidence, reason, durationMs }) => {
      const said = [lambdaFunction, confidence === undefined ? undefined : percent(confidence)]
        .filter(Boolean)
        .join(' ');
      const what = paint(STYLE_OF[outcome], outcome.padEnd(15));
      return `  ${phase.padEnd(16)} ${what} ${said === '' ? '' : `${said}  `}${reason} (${durationMs.toFixed(0)} ms)`;
    }),
  ];
  return lines.join('\n');
}

/** What became of a decision, in a line. */
export function formatRemediation(remediation: Remediation, options: { readonly colour: boolean }): string {
  const paint = painter(options.colour);
  const { outcome, verdict, eventId, error } = remediation;
  if (outcome === 'acted') return `  ${paint('green', 'triggered')} ${eventId}`;
  if (outcome === 'nothing') return `  ${paint('dim', 'nothing is triggered')}`;
  if (outcome === 'undelivered') {
    return `  ${paint('red', 'not delivered')}: ${error instanceof Error ? error.message : String(error)}`;
  }
  const reasons = verdict?.refusals.map(({ check, detail }) => `${check}: ${detail}`) ?? [];
  return `  ${paint('yellow', 'refused')} ${reasons.join('; ')}`;
}

function painter(colour: boolean): (style: Style, text: string) => string {
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
