export { ECHO_FEATURES } from './alert/echoes.js';
export { type AlertLimits, DEFAULT_ALERT_LIMITS, type EncodedAlert, encodeAlert } from './alert/encode-alert.js';
export { type EncodedField, FIELD_TYPE, type FieldType } from './alert/field.js';
export { baseKey, kindOfLabel } from './alert/label-kinds.js';
export { CAUSES, causePhrase } from './answer/causes.js';
export {
  type CalibrationFeatures,
  type DecodedAnswer,
  decodeAnswer,
  type RawAnswer,
} from './answer/decode-answer.js';
export { explain } from './answer/explain.js';
export {
  type EncodedCatalog,
  type EncodedFunction,
  type EncodedParameter,
  encodeCatalog,
} from './catalog/encode-catalog.js';
export { type PointerOption, type PointerOptions, pointerColumn, pointerOptions } from './catalog/pointer-options.js';
export { POINTER_FEATURES } from './catalog/pointer-overlap.js';
export { collate, type EncodedRow, FUNCTION_FEATURES, type ModelInputs, SHOWN_VOTES } from './collate.js';
export {
  type EncodedDemonstration,
  encodeDemonstrationAlert,
  encodeDemonstrations,
  MAX_DEMONSTRATIONS,
} from './demonstration/encode-demonstration.js';
export { nearestDemonstrations } from './demonstration/nearest-demonstrations.js';
export { SHOWN_FEATURES } from './demonstration/shown-fields.js';
export type { HostTensor } from './host-tensor.js';
export { compareWords, type OverlapWords } from './overlap.js';
export { lexWords } from './text/shapes.js';
export { type EncodedText, Tokenizer } from './text/tokenizer.js';
export { buildVocabulary, parseVocabulary, type Vocabulary, type VocabularyOptions } from './text/vocabulary.js';
export { cleanText, contentWords, splitWords } from './text/words.js';
