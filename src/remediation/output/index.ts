/** Reading what language models write. */
export {
  type CallForm,
  type ParsedCall,
  type ProposedCallOptions,
  type ProposedCallReading,
  parseProposedCall,
} from './parse-proposed-call.js';
export { parseStructuredOutput } from './parse-structured-output.js';
export { OUTPUT_LIMITS, type OutputForm, type ParsedOutput, type ParseOutputOptions } from './parsed-output.js';
