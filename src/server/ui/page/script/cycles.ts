/** Shows how an answer came about: after every recursion cycle, as a table and as a curve. */
export const CYCLES = `
const PLOT = { width: 400, height: 180, left: 56, right: 12, top: 12, bottom: 30 };

/** Confidence by cycle. @param {readonly any[]} trace @param {number | undefined} threshold */
function curve(trace, threshold) {
  const inner = { width: PLOT.width - PLOT.left - PLOT.right, height: PLOT.height - PLOT.top - PLOT.bottom };
  /** @param {number} index */
  const x = (index) => PLOT.left + (trace.length === 1 ? inner.width / 2 : (index * inner.width) / (trace.length - 1));
  /** @param {number} share */
  const y = (share) => PLOT.top + (1 - share) * inner.height;
  const told = trace.map(({ confidence }, index) => index + 1 + ': ' + percent(confidence)).join(', ');
  const name = 'Confidence after each cycle. ' + told +
    (threshold === undefined ? '.' : '. Threshold ' + percent(threshold) + '.');
  const svg = draw('svg', { viewBox: '0 0 ' + PLOT.width + ' ' + PLOT.height, role: 'img', 'aria-label': name });
  for (const share of [0, 0.5, 1]) {
    const text = draw('text', { x: PLOT.left - 6, y: y(share) + 4, 'text-anchor': 'end' });
    text.textContent = 100 * share + ' %';
    svg.append(draw('line', { class: 'axis', x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: y(share), y2: y(share) }), text);
  }
  if (threshold !== undefined) {
    svg.append(draw('line', { class: 'least', x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: y(threshold), y2: y(threshold) }));
  }
  svg.append(draw('polyline', { class: 'curve', points: trace.map(({ confidence }, index) => x(index) + ',' + y(confidence)).join(' ') }));
  const every = Math.ceil(trace.length / 16);
  trace.forEach(({ confidence }, index) => {
    svg.append(draw('circle', { class: 'point', cx: x(index), cy: y(confidence), r: 4 }));
    if (index % every !== 0) return;
    const text = draw('text', { x: x(index), y: PLOT.height - 8, 'text-anchor': 'middle' });
    text.textContent = String(index + 1);
    svg.append(text);
  });
  return svg;
}

/** @param {any} parameters */
const parametersText = (parameters) =>
  Object.entries(isObject(parameters) ? parameters : {}).map(([name, value]) => shown(name) + '=' + shown(value)).join(', ');

/** @param {string} caption @param {readonly any[]} trace each {lambda_function, parameters, confidence, name} @param {number | undefined} threshold */
function cycles(caption, trace, threshold) {
  const usable = trace.filter(({ confidence }) => isShare(confidence));
  if (usable.length === 0) return make('p', { class: 'hint' }, 'The model told no cycles.');
  const legend = threshold === undefined ? [] : [make('p', { class: 'hint' }, 'The dashed line is the threshold, ' + percent(threshold) + '.')];
  return make('div', {}, curve(usable, threshold), ...legend, table(
    caption,
    ['Cycle', 'Function', 'Parameters', 'Confidence'],
    usable.map((step, index) => [
      index + 1 + (step.name ? ' (' + step.name + ')' : ''),
      functionName(step.lambda_function),
      asValue(parametersText(step.parameters) || 'none'),
      make('span', { class: 'number' }, percent(step.confidence)),
    ]),
  ));
}

/** The trace of a decision of the model. @param {any} trm @param {number | undefined} threshold */
const cyclesOfDecision = (trm, threshold) =>
  cycles('What the answer would have been after each recursion cycle', (Array.isArray(trm.trace) ? trm.trace : []).map((/** @type {any} */ step) => ({
    ...step,
    name: 'step ' + Number(step.step) + ', H cycle ' + Number(step.h_cycle),
  })), threshold);

/** @param {readonly any[]} candidates */
function candidatesTable(candidates) {
  return table('Share of each function of the catalog', ['Function', 'Share'], candidates
    .filter(({ probability }) => isShare(probability))
    .slice(0, 20)
    .map((candidate) => [
      candidate.lambda_function === null ? 'none applies' : shown(candidate.lambda_function),
      make('span', {}, make('span', { class: 'number' }, percent(candidate.probability)), bar(candidate.probability)),
    ]));
}
`;
