export {
  type BuildDatasetOptions,
  buildDataset,
  type WriteDatasetOptions,
  writeDataset,
} from './folder/build-dataset.js';
export { CATALOGS_FILE } from './folder/catalogs.js';
export {
  createDatasetTally,
  type DatasetDescription,
  type DatasetTally,
  type SplitDescription,
} from './folder/describe-dataset.js';
export { createLeakageCounter, type Leak, type LeakageCounter } from './folder/leakage.js';
export { DATASET_MANIFEST, type DatasetManifest, readDatasetManifest } from './folder/manifest.js';
export {
  type DatasetProblem,
  type DatasetRow,
  type OpenDatasetOptions,
  type OpenedDataset,
  openDataset,
  readDataset,
} from './folder/open-dataset.js';
export {
  type DatasetValidation,
  type ValidateDatasetOptions,
  validateDataset,
} from './folder/validate-dataset.js';
export { LABELLED_ALERT_LIMITS, type LabelledAlert, labelledAlertSchema } from './labelled-alert.js';
export { linesOf, type WrittenFile } from './lines.js';
export {
  DEFAULT_CATALOG_ID,
  eachLabelledAlert,
  type LabelledAlertLines,
  type LabelledAlerts,
  type ReadLabelledAlertsOptions,
  type RowProblem,
  readLabelledAlerts,
} from './read-labelled-alerts.js';
export { type WriteLabelledAlertsOptions, writeLabelledAlerts } from './write-labelled-alerts.js';
