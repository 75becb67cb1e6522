/** Shows one decision: what came out, how sure it is, where its values come from, and who was asked. */
export const DECISION = `
/** @type {Record<string, string>} */
const OUTCOMES = {
  'none-applies': 'Nothing should be done: none of the functions applies.',
  resolved: 'The alert is over, so there is nothing to do.',
  escalated: 'Nobody was sure enough: a person should look at it.',
};

/** @param {any} decision */
const headlineOf = (decision) => decision.outcome === 'selected'
  ? shown(decision.lambda_function)
  : OUTCOMES[decision.outcome] ?? shown(decision.outcome);

/** The attempt whose confidence counts: of the phase that was taken, else of the model. @param {any} decision */
function decidingAttempt(decision) {
  const attempts = Array.isArray(decision.attempts) ? decision.attempts : [];
  const of = (/** @type {any} */ name) => attempts.find((/** @type {any} */ attempt) => attempt.phase === name);
  return of(decision.phase) ?? of('trm');
}

/** @param {any} decision */
function confidenceLine(decision) {
  const attempt = decidingAttempt(decision);
  const confidence = decision.phase === null ? attempt?.confidence : decision.confidence;
  if (!isShare(confidence) || !isShare(attempt?.threshold)) {
    return make('p', { class: 'hint' }, 'No phase told how sure it is.');
  }
  const enough = confidence >= attempt.threshold;
  const words = 'Confidence ' + percent(confidence) + ' of ' + shown(attempt.phase) + ', threshold ' +
    percent(attempt.threshold) + ': ' + (enough ? 'sure enough.' : 'not sure enough.');
  return make('div', { class: 'confidence' },
    make('p', { class: enough ? 'verdict good' : 'verdict bad' }, words), bar(confidence, attempt.threshold));
}

/** @param {any} decision */
function parametersTable(decision) {
  const origins = isObject(decision.parameter_origins) ? decision.parameter_origins : {};
  const entries = Object.entries(isObject(decision.parameters) ? decision.parameters : {});
  if (entries.length === 0) return make('p', { class: 'hint' }, 'There are none.');
  return table('What the function would be called with', ['Parameter', 'Value', 'Comes from'],
    entries.map(([name, value]) => [shown(name), asValue(value), Object.hasOwn(origins, name) ? originText(origins[name]) : 'not told']));
}

/** @param {any} decision */
function attemptsTable(decision) {
  return table('Every phase of the chain that was asked, in order', ['Phase', 'Outcome', 'Function', 'Confidence', 'Threshold', 'Why', 'Time'],
    (Array.isArray(decision.attempts) ? decision.attempts : []).map((/** @type {any} */ attempt) => [
      shown(attempt.phase),
      shown(attempt.outcome),
      functionName(attempt.lambda_function),
      isShare(attempt.confidence) ? percent(attempt.confidence) : 'not told',
      isShare(attempt.threshold) ? percent(attempt.threshold) : 'not told',
      shown(attempt.reason),
      Number(attempt.duration_ms).toFixed(1) + ' ms',
    ]));
}

/** @param {any} decision */
function evidenceList(decision) {
  const items = Array.isArray(decision.evidence) ? decision.evidence : [];
  if (items.length === 0) return make('p', { class: 'hint' }, 'None was told.');
  return make('ul', {}, ...items.slice(0, 20).map((/** @type {any} */ item) =>
    make('li', {}, shown(item.kind) + ' ' + shown(item.source) + (item.text === undefined ? '' : ': ' + shown(item.text)))));
}

let articles = 0;

/**
 * @param {any} decision
 * @param {any} alert what was sent; undefined when it cannot be told which it was
 * @param {(place: HTMLElement) => void} askModel fills the place where the model's own answer goes
 */
function decisionArticle(decision, alert, askModel) {
  articles += 1;
  const id = 'decision-' + articles;
  const title = make('h3', { id }, shown(alert?.labels?.alertname ?? 'An alert') + ': ' + headlineOf(decision));
  /** @type {Node[]} */
  const parts = [title, make('p', {}, shown(decision.reasoning)), confidenceLine(decision)];
  /** @param {string} name @param {...Node} content */
  const add = (name, ...content) => parts.push(make('h4', {}, name), ...content);
  add('Parameters', parametersTable(decision));
  if (alert !== undefined) add('The alert', alertTable(alert, decision.parameter_origins));
  if (isObject(decision.trm)) {
    const { threshold } = decidingAttempt(decision) ?? {};
    add('After every cycle', cyclesOfDecision(decision.trm, isShare(threshold) ? threshold : undefined));
    add('Candidates', candidatesTable(Array.isArray(decision.trm.candidates) ? decision.trm.candidates : []));
  } else if (alert !== undefined) {
    const place = make('div', {});
    add('The model alone', place);
    askModel(place);
  }
  add('Attempts', attemptsTable(decision));
  add('Evidence', evidenceList(decision));
  parts.push(make('details', {}, make('summary', {}, 'As JSON'), make('pre', { tabindex: '0' }, legible(JSON.stringify(decision, null, 2)))));
  return make('article', { 'aria-labelledby': id }, ...parts);
}
`;
