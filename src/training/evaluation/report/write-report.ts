import { replaceFiles } from '../../charts/index.js';
import { evaluationPage } from './evaluation-page.js';
import type { EvaluationPage } from './page-data.js';

/**
 * Writes `report.json` and `report.html` into a folder, which is made where it is missing; older ones are replaced.
 *
 * @returns the paths of both, in this order
 * @throws ConfigurationError when the folder cannot be written
 */
export async function writeReport(directory: string, page: EvaluationPage): Promise<string[]> {
  const files = new Map([
    ['report.json', `${JSON.stringify(page, null, 2)}\n`],
    ['report.html', evaluationPage(page)],
  ]);
  return replaceFiles(directory, files);
}
