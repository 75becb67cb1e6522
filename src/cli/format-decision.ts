import { styleText } from 'node:util';
import type { Decision } from '../domain/index.js';

const BAR = 20;

/** A share in [0, 1] as a bar of fixed width. */
export function bar(share: number): string {
  const filled = Math.round(share * BAR);
  return '█'.repeat(filled) + '░'.repeat(BAR - filled);
}

/** A decision for people: call, confidence, reason and, on demand, the answer after every H cycle. */
export function formatDecision(decision: Decision, options: { trace: boolean; colour: boolean }): string {
  const paint = (style: 'green' | 'yellow' | 'dim' | 'bold', content: string): string =>
    options.colour ? styleText(style, content, { validateStream: false }) : content;
  const call = decision.lambdaFunction ?? `no function (${decision.abstainReason ?? 'none-applies'})`;
  const verdict = decision.accepted ? paint('green', 'accepted') : paint('yellow', 'below the threshold');
  const lines = [
    paint('bold', call),
    ...Object.entries(decision.parameters).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`),
    `  ${bar(decision.confidence)} ${(100 * decision.confidence).toFixed(1)} %  ${verdict}`,
    `  ${decision.reasoning}`,
  ];
  if (options.trace) {
    for (const step of decision.trace) {
      const answer = step.lambdaFunction ?? 'none';
      lines.push(
        paint(
          'dim',
          `  step ${step.step}.${step.hCycle}  ${bar(step.confidence)} ${(100 * step.confidence).toFixed(1)} %  ${answer}`,
        ),
      );
    }
  }
  return lines.join('\n');
}
