export type { Abstention, Evidence, Selection, Selector, SelectorOutcome, SelectRequest } from './selector.js';
