export { binomialUpperBound } from './binomial-bound.js';
export {
  type BootstrapOptions,
  clusteredBootstrap,
  type Interval,
  type ShareStatistic,
  shareStatistic,
} from './bootstrap.js';
export {
  adaptiveCalibrationError,
  negativeLogLikelihood,
  type ReliabilityBin,
  reliabilityBins,
} from './calibration-error.js';
export {
  aurc,
  coverageAtRisk,
  type RiskCoveragePoint,
  riskCoverageCurve,
  selectiveAccuracyAtCoverage,
} from './selective-risk.js';
export { type GuaranteedThreshold, type SgrOptions, sgrThreshold } from './sgr.js';
