export { type OutOfDomainOptions, outOfDomainExample } from './out-of-domain-example.js';
