export type { TrainingProgress } from './meter.js';
export { parseTrainingSettings, type TrainingSettings } from './settings.js';
export { type TrainedModel, type TrainOptions, train } from './train.js';
