/** The form: what is asked, and what is shown while and after the service is asked. */
export const ASK = String.raw`
const MOST_SHOWN = 20;
const form = byId('ask');
const decide = byId('decide');
const answer = byId('answer');
const status = byId('status');
const problem = byId('problem');
/** @type {AbortController | undefined} */
let asking;

for (const [index, { name }] of SAMPLES.entries()) byId('sample').append(make('option', { value: String(index) }, name));
byId('sample').addEventListener('change', () => {
  const chosen = SAMPLES[Number(byId('sample').value)];
  if (byId('sample').value !== '' && chosen) byId('alert').value = JSON.stringify(chosen.alert, null, 2);
});
byId('alert').addEventListener('input', () => { byId('sample').value = ''; });
form.addEventListener('change', () => { byId('catalog-field').hidden = form.elements.catalog.value !== 'own'; });
// A page that is kept for the way back keeps no token.
addEventListener('pagehide', () => { byId('token').value = ''; });

/** @param {string} id @param {string} message empty when nothing is wrong */
function mark(id, message) {
  byId(id + '-error').textContent = message;
  if (message === '') byId(id).removeAttribute('aria-invalid');
  else byId(id).setAttribute('aria-invalid', 'true');
}

/** The value of a field in JSON; undefined when it is none, which is said beside the field. @param {string} id @param {string} expected */
function readJson(id, expected) {
  try {
    return JSON.parse(byId(id).value);
  } catch (error) {
    const empty = byId(id).value.trim() === '';
    mark(id, empty ? 'Expected ' + expected + '.' : 'Expected JSON: ' + shown(error instanceof Error ? error.message : String(error)));
    byId(id).focus();
    return undefined;
  }
}

/** @param {any} body @param {any} catalog */
function requestOf(body, catalog) {
  const wrapped = isObject(body) && Object.hasOwn(body, 'alert');
  if (catalog === undefined) return body;
  return { alert: wrapped ? body.alert : body, catalog };
}

/** Asks the model alone where another phase was taken, and shows its steps. @param {any} alert @param {any} catalog @param {AbortSignal} signal @param {any} decision */
const modelAsker = (alert, catalog, signal, decision) => async (/** @type {HTMLElement} */ place) => {
  place.append(make('p', { class: 'hint' }, 'The chain did not go by the model; its own answer is asked for.'));
  try {
    const { trace } = await ask('/reason', { problem: alert, ...(catalog !== undefined && { catalog }) }, signal);
    const attempt = decision.attempts.find((/** @type {any} */ each) => each.phase === 'trm');
    place.replaceChildren(
      make('p', { class: 'hint' }, 'The chain did not go by the model. This is what the model says alone.'),
      cycles('The answer of the model after each supervision step',
        trace.map((/** @type {any} */ step) => ({ ...step.answer, confidence: step.confidence })),
        isShare(attempt?.threshold) ? attempt.threshold : undefined));
  } catch (error) {
    if (signal.aborted) return;
    place.replaceChildren(make('p', { class: 'hint' },
      'The chain did not go by the model, and the model alone cannot be asked: ' + (error instanceof Refused ? error.message : 'its answer cannot be read.')));
  }
};

/** @param {any} body @param {any} catalog @param {AbortSignal} signal */
async function showDecisions(body, catalog, signal) {
  const start = performance.now();
  const { decisions, model } = await ask('/select', requestOf(body, catalog), signal);
  const took = Math.round(performance.now() - start);
  const alerts = alertsOf(body);
  const known = alerts.length === decisions.length;
  const ownCatalog = catalog ?? (isObject(body) && Array.isArray(body.catalog) ? body.catalog : undefined);
  byId('decisions').replaceChildren(...decisions.slice(0, MOST_SHOWN).map((/** @type {any} */ decision, /** @type {number} */ index) => {
    const alert = known ? alerts[index] : undefined;
    return decisionArticle(decision, alert, modelAsker(alert, ownCatalog, signal, decision));
  }));
  const more = decisions.length > MOST_SHOWN ? ' The first ' + MOST_SHOWN + ' are shown.' : '';
  status.textContent = decisions.length === 1
    ? headlineOf(decisions[0]) + '; answered by ' + shown(model) + ' in ' + took + ' ms.'
    : decisions.length + ' alerts answered by ' + shown(model) + ' in ' + took + ' ms.' + more;
}

/** Where what is wrong was typed in. @param {Refused} error */
function fieldOf(error) {
  if (error.status === 401 || error.status === 403) return 'token';
  if (error.status !== 400 && error.status !== 422) return undefined;
  return /^catalog|^\[\d+\]\.(name|description|parameters|risk)/.test(error.path) && form.elements.catalog.value === 'own' ? 'catalog' : 'alert';
}

form.addEventListener('submit', async (/** @type {Event} */ event) => {
  event.preventDefault();
  for (const id of ['alert', 'catalog', 'token']) mark(id, '');
  problem.textContent = '';
  const body = readJson('alert', 'an alert, such as one to start from');
  if (body === undefined) return;
  const catalog = form.elements.catalog.value === 'own' ? readJson('catalog', 'an array of functions') : undefined;
  if (form.elements.catalog.value === 'own' && catalog === undefined) return;
  asking?.abort();
  const controller = new AbortController();
  asking = controller;
  answer.setAttribute('aria-busy', 'true');
  decide.setAttribute('aria-disabled', 'true');
  status.textContent = 'Asking.';
  try {
    await showDecisions(body, catalog, controller.signal);
    byId('answer-title').focus();
    if (!following && mayFollow && lastList === '') void startFollowing();
  } catch (error) {
    if (controller.signal.aborted) return;
    status.textContent = '';
    problem.textContent = error instanceof Refused ? error.message : 'The answer cannot be read.';
    const field = error instanceof Refused ? fieldOf(error) : undefined;
    if (field !== undefined) { mark(field, problem.textContent ?? ''); byId(field).focus(); }
  } finally {
    if (asking === controller) {
      answer.setAttribute('aria-busy', 'false');
      decide.removeAttribute('aria-disabled');
    }
  }
});
`;
