/**
 * Makes elements. Text from outside gets into the page here alone: as text, never as markup, and never as the name or
 * value of an attribute that does something.
 */
export const DOM = String.raw`
/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes from this script, never from an answer
 * @param {...(string | Node)} children
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {string} tag @param {Record<string, string | number>} attributes @param {...Node} children */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Characters that hide or turn around others are written out, so that what is read is what is there. @param {string} text */
const legible = (text) => text.replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) =>
  [...Array(found.length).keys()].map((at) => '\\u' + found.charCodeAt(at).toString(16).padStart(4, '0')).join(''));

/** Any value as one line of text. @param {unknown} value */
function shown(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? String(value);
  return legible(text.length > 600 ? text.slice(0, 600) + '…' : text).replaceAll('\n', '\\n');
}

/** Rounded down, so that what is under the threshold never looks as if it were not. @param {number} share from 0 to 1 */
const percent = (share) => (Math.floor(share * 1000) / 10).toFixed(1) + ' %';

/** @param {unknown} value */
const isShare = (value) => typeof value === 'number' && value >= 0 && value <= 1;

/** @param {number} share from 0 to 1 @param {number} [threshold] from 0 to 1 */
function bar(share, threshold) {
  const fill = make('span', {});
  fill.style.width = 100 * share + '%';
  const outer = make('div', { class: 'bar', 'aria-hidden': 'true' }, fill);
  if (threshold !== undefined) {
    const tick = make('i', {});
    tick.style.left = 100 * threshold + '%';
    outer.append(tick);
  }
  return outer;
}

/**
 * A table that narrow screens show as a list, with roles that stay what they are then.
 *
 * @param {string} caption
 * @param {readonly string[]} head the first column names the row
 * @param {readonly (readonly (string | Node)[])[]} rows
 */
function table(caption, head, rows) {
  const cells = head.map((name) => make('th', { scope: 'col', role: 'columnheader' }, name));
  const lines = rows.map((row) => make('tr', { role: 'row' }, ...row.map((content, index) => {
    const name = head[index] ?? '';
    return index === 0
      ? make('th', { scope: 'row', role: 'rowheader', class: 'value', 'data-name': name }, content)
      : make('td', { role: 'cell', 'data-name': name }, content);
  })));
  return make('table', { class: 'wide', role: 'table' },
    make('caption', {}, caption),
    make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...cells)),
    make('tbody', { role: 'rowgroup' }, ...lines));
}

/** @param {unknown} value */
const asValue = (value) => make('span', { class: 'value' }, shown(value));

/** @param {string | null | undefined} name */
const functionName = (name) => (name === null || name === undefined ? 'none' : shown(name));
`;
