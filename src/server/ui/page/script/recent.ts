/** The list of recent decisions, which looks again every few seconds while it is followed and seen. */
export const RECENT = `
const EVERY_MS = 3000;
const follow = byId('follow');
const recentState = byId('recent-state');
/** @type {AbortController | undefined} */
let following;
let lastList = '';
/** False once it was refused, until there is another token: most may ask for decisions and not see those of others. */
let mayFollow = true;
byId('token').addEventListener('input', () => { mayFollow = true; });

/** @param {readonly any[]} decisions the newest first */
function showRecent(decisions) {
  const text = JSON.stringify(decisions);
  if (text === lastList) return;
  lastList = text;
  const rows = decisions.map((decision) => [
    make('time', { datetime: new Date(decision.time).toISOString() }, new Date(decision.time).toLocaleTimeString()),
    shown(decision.alertname),
    decision.outcome === 'selected' ? shown(decision.lambda_function) : shown(decision.outcome),
    isShare(decision.confidence) ? percent(decision.confidence) : 'not told',
    decision.attempts.map((/** @type {any} */ attempt) => shown(attempt.phase) + ' ' + shown(attempt.outcome)).join(', '),
    Number(decision.duration_ms).toFixed(1) + ' ms',
  ]);
  byId('recent-list').replaceChildren(decisions.length === 0
    ? make('p', { class: 'hint' }, 'Nothing was decided yet.')
    : table('The newest first', ['Time', 'Alert', 'Came out', 'Confidence', 'Attempts', 'Took'], rows));
}

/** @param {string} why */
function stopFollowing(why) {
  following?.abort();
  following = undefined;
  follow.setAttribute('aria-pressed', 'false');
  follow.textContent = 'Follow';
  recentState.textContent = why;
}

async function startFollowing() {
  const controller = new AbortController();
  following = controller;
  follow.setAttribute('aria-pressed', 'true');
  follow.textContent = 'Pause';
  recentState.textContent = 'Looks again every ' + EVERY_MS / 1000 + ' seconds.';
  while (!controller.signal.aborted) {
    let wait = EVERY_MS;
    if (document.visibilityState === 'visible') {
      try {
        const { decisions } = await ask('/ui/decisions', undefined, controller.signal);
        if (controller.signal.aborted) return;
        showRecent(decisions);
      } catch (error) {
        if (controller.signal.aborted) return;
        if (!(error instanceof Refused)) throw error;
        // Asking again with the same credentials would only be counted against them.
        if (error.status >= 400 && error.status < 500 && error.status !== 429) {
          mayFollow = false;
          return stopFollowing(error.message);
        }
        wait = Math.max(EVERY_MS, 1000 * error.retryAfter);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

follow.addEventListener('click', () => {
  if (following) stopFollowing('Paused.');
  else void startFollowing();
});
`;
