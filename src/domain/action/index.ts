export type { Action, ActionDispatcher } from './action.js';
