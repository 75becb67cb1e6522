import { resolveSecret, type ServeConfig } from '../../config/index.js';
import { GuardedEmitter } from '../../core/guarded-emitter.js';
import { type AuditLogEvents, createAuditLog, type FileAuditLog } from '../../server/index.js';
import type { Gauges, Logger } from '../../telemetry/index.js';

/**
 * Opens the audit log, if there is to be one, and logs what it tells from the start on: what was wrong with the log that
 * was there, what somebody else has changed, what could not be written. Rejects with ConfigurationError.
 */
export async function openAudit(
  config: Pick<ServeConfig, 'auditLog' | 'auditMaxFiles'>,
  logger: Pick<Logger, 'info' | 'error'>,
  auditLost: Gauges['auditLost'],
): Promise<FileAuditLog | undefined> {
  const path = config.auditLog.value;
  if (path === undefined) return undefined;
  const { value: key } = await resolveSecret('TRM_AUDIT_KEY');
  const events = new GuardedEmitter<AuditLogEvents>();
  events.on('found', ({ kind, ...finding }) => logger.error({ kind, ...plainFinding(finding) }, 'audit_found'));
  events.on('changed', ({ expectedBytes, foundBytes }) =>
    logger.error({ expected_bytes: expectedBytes, found_bytes: foundBytes }, 'audit_changed'),
  );
  events.on('lost', ({ reason, count, total }) => {
    auditLost(total);
    logger.error({ reason, count, total }, 'audit_lost');
  });
  events.on('failed', ({ error, queued }) => logger.error({ error: error.message, queued }, 'audit_failed'));
  events.on('retired', ({ file, throughSeq }) => logger.info({ file, through_seq: throughSeq }, 'audit_retired'));
  return createAuditLog({ path, key, maxFiles: config.auditMaxFiles.value, events });
}

/** The names of its fields as logs write them. */
function plainFinding(finding: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const name = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(finding).map(([key, value]) => [name(key), value]));
}
