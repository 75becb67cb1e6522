/** Appends incidents to a file as a process of its own: `append-incidents.ts FILE WRITER COUNT`. */
import { createFileIncidentStore } from '../../../../../src/remediation/retrieval/incidents/index.js';
import { incidentOf } from './incidents.js';

const [file = '', writer = '', count = '0'] = process.argv.slice(2);
const store = createFileIncidentStore({ path: file });
for (let index = 0; index < Number(count); index++) {
  await store.add(incidentOf({ id: `${writer}-${index}`, alertname: `Alert${writer}` }));
}
await store.dispose();
