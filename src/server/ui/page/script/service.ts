/** Asks the service. The token goes into a header and nowhere else. */
export const SERVICE = String.raw`
/** What the service answered instead of what was asked for. */
class Refused extends Error {
  /** @param {string} message @param {number} status @param {number} retryAfter seconds @param {string} path */
  constructor(message, status, retryAfter, path) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
    this.path = path;
  }
}

/**
 * @param {string} path
 * @param {unknown} body undefined for GET
 * @param {AbortSignal} signal
 * @returns {Promise<any>} rejects with Refused, or with an AbortError
 */
async function ask(path, body, signal) {
  /** @type {Record<string, string>} */
  const headers = { accept: 'application/json' };
  const token = byId('token').value.trim();
  if (!/^[\x21-\x7e]*$/.test(token)) throw new Refused('The token holds a character that no token has.', 401, 0, '');
  if (token !== '') headers.authorization = 'Bearer ' + token;
  if (body !== undefined) headers['content-type'] = 'application/json';
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST', headers, signal, cache: 'no-store', redirect: 'error',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Refused('The service cannot be reached.', 0, 5, '');
  }
  const value = await response.json().catch(() => undefined);
  if (response.ok && value !== undefined) return value;
  const words = [value?.title, value?.detail].filter((part) => typeof part === 'string').map(shown).join(' ');
  const retryAfter = Number(response.headers.get('retry-after')) || 0;
  const again = retryAfter > 0 ? ' Try again in ' + retryAfter + ' s.' : '';
  throw new Refused((words || 'The service answered ' + response.status + '.') + again, response.status, retryAfter,
    typeof value?.path === 'string' ? value.path : '');
}
`;
