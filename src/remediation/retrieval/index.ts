export { incidentDemonstration } from './demonstrations/incident-demonstration.js';
export { sectionDemonstration } from './demonstrations/section-demonstration.js';
export { jsonObjectsOf } from './json-objects.js';
export { replaceLabelTemplates } from './markdown/label-templates.js';
export { parseSections } from './markdown/parse-sections.js';
export { RUNBOOK_LIMITS } from './runbook-files.js';
export { createRunbookIndex, type RunbookIndex, type RunbookIndexOptions } from './runbook-index.js';
export { alertText, type RunbookHit } from './searchable-runbooks.js';
export type { RunbookSection, SectionCall } from './section.js';
