/** Reads the alerts of a body as the service does, and shows which of their fields fill which parameter. */
export const ALERT = `
/** @param {any} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The alerts that a body holds, in the order in which the service answers them. @param {any} body @returns {any[]} */
function alertsOf(body) {
  const inner = isObject(body) && Object.hasOwn(body, 'alert') ? body.alert : body;
  return (Array.isArray(inner) ? inner : [inner]).flatMap((item) => {
    const held = isObject(item) && Object.hasOwn(item, 'specversion') ? item.data : item;
    return isObject(held) && Array.isArray(held.alerts) ? held.alerts : [held];
  });
}

/** Where a value comes from, in words. @param {any} origin */
function originText(origin) {
  switch (origin?.kind) {
    case 'label': case 'annotation': case 'metric': return origin.kind + ' ' + shown(origin.key);
    case 'alert-name': return 'the word ' + shown(origin.word) + ' of the alert name';
    case 'default': return 'default of the function';
    case 'rule': return 'rule ' + shown(origin.rule) + (origin.key === undefined ? '' : ' on ' + shown(origin.key));
    case 'proposal': return 'proposed by ' + shown(origin.by);
    default: return 'not told';
  }
}

/** Names of the parameters that a field of the alert fills. @param {any} origins @param {string} kind @param {string} key */
function filledBy(origins, kind, key) {
  return Object.entries(isObject(origins) ? origins : {}).filter(([, origin]) => {
    if (origin?.kind === 'alert-name') return kind === 'label' && key === 'alertname';
    if (origin?.kind === 'rule') return origin.key === key && kind !== 'annotation';
    return origin?.kind === kind && origin.key === key;
  }).map(([name]) => name);
}

/** The fields of an alert, those that fill a parameter highlighted. @param {any} alert @param {any} origins */
function alertTable(alert, origins) {
  const rows = [['label', alert?.labels], ['metric', alert?.metrics], ['annotation', alert?.annotations]].flatMap(
    ([kind, fields]) => Object.entries(isObject(fields) ? fields : {}).slice(0, 200).map(([key, value]) => {
      const names = filledBy(origins, kind, key);
      const text = names.length === 0
        ? asValue(value)
        : make('span', {}, make('mark', { class: 'value' }, shown(value)),
          make('span', { class: 'fills' }, 'fills ' + names.map(shown).join(', ')));
      return [shown(key), kind, text];
    }));
  return table('Its fields, and the parameters that they fill', ['Field', 'Kind', 'Value'], rows);
}
`;
