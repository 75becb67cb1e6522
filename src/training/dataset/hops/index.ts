export { type HopsOptions, hopsExample, hopsOf } from './hops-example.js';
export { COMPLAINTS, POOLS, type Pool, poolOf, RELATIONS, SERVICE_SYLLABLES } from './pools.js';
export { READINGS, SYMPTOMS, type Symptom } from './symptoms.js';
