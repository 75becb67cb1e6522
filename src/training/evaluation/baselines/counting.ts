import type { Example } from '../../dataset/example.js';
import { groupOf } from '../../dataset/splits.js';
import { defaultCatalogExamples } from './acceptable.js';
import type { Baseline } from './baseline.js';
import { tallyAnswers } from './tally.js';

/** Always the answer that was right most often in training, of those that are presented. */
export const majority: Baseline = {
  name: 'majority',
  fit: async (training) => {
    const tally = tallyAnswers(defaultCatalogExamples(training));
    return ({ catalog }) => tally.best(catalog);
  },
};

/**
 * A table from alert names to answers: what was right most often for alerts of that name (see `groupOf`, so style and
 * noise words do not matter); for names that training did not have, the majority.
 */
export const alertNameLookup: Baseline = {
  name: 'alert-name-lookup',
  fit: async (training) => {
    const examples = defaultCatalogExamples(training);
    const groups = new Map<string, Example[]>();
    for (const example of examples) {
      const group = groupOf(example.alert.labels.alertname ?? '');
      const members = groups.get(group);
      if (members) members.push(example);
      else groups.set(group, [example]);
    }
    const tallies = new Map([...groups].map(([group, members]) => [group, tallyAnswers(members)]));
    const others = tallyAnswers(examples);
    return ({ alert, catalog }) => (tallies.get(groupOf(alert.labels.alertname ?? '')) ?? others).best(catalog);
  },
};
