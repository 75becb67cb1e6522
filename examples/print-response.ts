import type { TRMResponse } from '../src/index.js';

const BAR = 20;

/** A share of 1 as a bar with its figure. */
export const bar = (share: number): string =>
  `${'█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░')} ${(100 * share).toFixed(1).padStart(5)} %`;

/** Prints a question with all that its answer rests on: who was asked, each reflection, how sure the last one is. */
export function printResponse(question: string, response: TRMResponse): void {
  console.log(`\n> ${question}`);
  for (const { provider, outcome, reason, message, durationMs } of response.attempts) {
    const words = outcome === 'answered' ? 'answered' : `did not answer: ${reason} (${message})`;
    console.log(`  ${provider} ${words} [${Math.round(durationMs)} ms]`);
  }
  for (const { step, initialConfidence, confidence, taken, reflection } of response.reflectionTrace) {
    const before = `${(100 * initialConfidence).toFixed(1)} %`.padStart(7);
    console.log(`  reflection ${step}: ${before} -> ${bar(confidence)}  ${taken ? 'taken' : 'not taken'}`);
    if (reflection) console.log(`    critique: ${reflection}`);
  }
  for (const warning of response.warnings) console.log(`  warning: ${warning}`);
  console.log(`  confidence ${bar(response.confidence)}  (${response.modelName}, stopped by ${response.stopReason})`);
  console.log(`  ${response.answer.replaceAll('\n', '\n  ')}`);
}

/** Says whose words the answers are, since those of a script prove nothing about a model. */
export function printSource(scripted: boolean): void {
  console.log(
    scripted
      ? "Ollama is a scripted server of this package here: it speaks Ollama's protocol, and its words were written beforehand. Set OLLAMA_URL to ask a real one."
      : `Ollama at ${process.env['OLLAMA_URL']} answers.`,
  );
}
