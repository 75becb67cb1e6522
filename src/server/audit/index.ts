export { type AuditFiles, currentPathOf, findAuditFiles } from './audit-files.js';
export {
  type AuditLogEvents,
  type AuditLogOptions,
  type AuditLoss,
  createAuditLog,
  type FileAuditLog,
} from './audit-log.js';
export type { ChainHead } from './chain.js';
export type { AuditFinding } from './resume-chain.js';
export {
  type AuditBreak,
  type AuditNote,
  type AuditReport,
  type RetiredLines,
  type VerifyAuditOptions,
  verifyAuditLog,
} from './verify-audit-log.js';
