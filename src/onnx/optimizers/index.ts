export { type AdamOptions, adamAtan2, adamW, type MomentState, type UpdatedState } from './adam.js';
export { clipByGlobalNorm } from './clip.js';
export { exponentialMovingAverage } from './ema.js';
