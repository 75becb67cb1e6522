export { parseTrainingSettings, type TrainingSettings } from './settings.js';
export { type TrainedModel, type TrainingProgress, type TrainOptions, train } from './train.js';
