import { markup, trusted } from '../../charts/index.js';
import { overviewSection } from './overview-section.js';
import type { EvaluationPage } from './page-data.js';
import { PAGE_STYLE } from './style.js';
import { suiteSection } from './suite-section.js';

/**
 * The page of an evaluation: one HTML document that needs nothing besides itself. It has no scripts, and forbids them
 * and every request by its own policy, since texts of alerts stand in it.
 */
export function evaluationPage(page: EvaluationPage): string {
  const { model, suites } = page;
  const title = `Evaluation of ${model.name} v${model.version}`;
  // Names of suites are data, so ids and links are numbered instead.
  const ids = suites.map((_, index) => `suite-${index + 1}`);
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
  const links = suites.map(({ name }, index) => markup`<li><a href="#${ids[index]}">${name}</a></li>`);
  const sections = suites.map((suite, index) => suiteSection(suite, ids[index] as string, page));
  return `${markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
<header><h1>${title}</h1>${suites.length > 0 && markup`<nav aria-label="Suites"><ul>${links}</ul></nav>`}</header>
<main id="content">
${overviewSection(page, ids)}
${sections}
</main>
<footer><p>Drawn by agent-trm from report.json, which lies beside this page and holds all its figures.</p></footer>
</body>
</html>`}\n`;
}
