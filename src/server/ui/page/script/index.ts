import { SAMPLE_ALERTS } from '../samples.js';
import { ALERT } from './alert.js';
import { ASK } from './ask.js';
import { CYCLES } from './cycles.js';
import { DECISION } from './decision.js';
import { DOM } from './dom.js';
import { RECENT } from './recent.js';
import { SERVICE } from './service.js';

/**
 * The program of the page, in JavaScript with types in comments, which a test checks. It holds nothing but what stands in
 * these files.
 */
export function pageScript(): string {
  // The text stands between tags, which nothing in it may end.
  const samples = JSON.stringify(SAMPLE_ALERTS).replaceAll('<', '\\u003c');
  return [
    "'use strict';",
    '{',
    `const SAMPLES = ${samples};`,
    DOM,
    ALERT,
    CYCLES,
    DECISION,
    SERVICE,
    RECENT,
    ASK,
    '}',
  ].join('\n');
}
