import { type Problem, readProblem } from '../../providers/local-trm/index.js';

/** A line such as `- alertname: X`, `alertname = "X"` or `"alertname": X`. */
const ALERT_NAME = /^[\s*•-]*["'`]?alertname["'`]?\s*[:=]\s*(.+?)\s*$/im;
const LABELS = /^[\s*#-]*labels[*\s]*:[*\s]*$/im;

/**
 * The alert and the catalog that a prompt holds; undefined for a prompt about something else.
 *
 * @throws InvalidInputError for an alert that is there but faulty
 */
export function findAlert(prompt: string): Problem | undefined {
  return readProblem(liftAlertName(prompt));
}

/**
 * Prompts that list an alert's labels one to a line give its name there alone. The reader of prompts looks for a heading
 * with the name, so it is moved to one.
 */
export function liftAlertName(prompt: string): string {
  const labels = LABELS.exec(prompt);
  if (!labels) return prompt;
  const before = prompt.slice(0, labels.index);
  const after = prompt.slice(labels.index);
  const name = ALERT_NAME.exec(after);
  if (!name || /^[\s*#-]*alert ?name/im.test(before)) return prompt;
  const rest = after.slice(0, name.index) + after.slice(name.index + name[0].length + 1);
  return `${before}Alert Name: ${(name[1] as string).replace(/,$/, '')}\n${rest}`;
}
