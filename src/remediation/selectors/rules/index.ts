export { DEFAULT_RULES } from './default-rules.js';
export { parseRules } from './parse-rules.js';
export type { Rule, RuleCondition, RuleFile } from './rule.js';
export { createRulesSelector, type RulesSelectorOptions } from './rules.js';
