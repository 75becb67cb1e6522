import { redact } from '../../core/redact.js';
import type { AuditRecord } from '../types.js';
import type { ChainBody } from './chain.js';

/** Most characters of each text. */
const LONGEST = {
  requestId: 128,
  principal: 128,
  remoteAddress: 64,
  action: 16,
  reason: 300,
  alertFingerprint: 128,
  lambdaFunction: 128,
  model: 128,
  phase: 64,
  outcome: 64,
} as const;

const MOST_ATTEMPTS = 20;

/** Control, format (bidirectional marks among them), surrogate, private and line-breaking characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/**
 * What stands of a record in the log: the fields of AuditRecord and no others, texts without secrets and characters that
 * a terminal acts on, cut to their most, numbers in their range. A line has less than 8,000 bytes whatever comes in.
 *
 * @param secrets texts that must not appear, besides what looks like a secret
 */
export function auditBody(record: AuditRecord, secrets: readonly string[] = []): ChainBody {
  const text = (name: keyof typeof LONGEST, value: unknown): string => {
    const most = LONGEST[name];
    // Secrets go before anything is cut, since half a secret is not known for one; far more than fits is not looked at.
    const near = String(value ?? '').slice(0, most * 8);
    return redact(near, secrets)
      .replace(UNPRINTABLE, ' ')
      .slice(0, most)
      .replace(/\p{Surrogate}/gu, ' ');
  };
  const optional = (name: 'reason' | 'alertFingerprint' | 'model' | 'outcome') =>
    record[name] === undefined ? {} : { [name]: text(name, record[name]) };
  const { decision, attempts } = record;
  return {
    kind: 'record',
    time: isoTime(record.time),
    requestId: text('requestId', record.requestId),
    principal: text('principal', record.principal),
    remoteAddress: text('remoteAddress', record.remoteAddress),
    action: text('action', record.action),
    status: Number.isSafeInteger(record.status) ? record.status : 0,
    ...optional('reason'),
    ...optional('alertFingerprint'),
    ...optional('model'),
    ...optional('outcome'),
    ...(decision && {
      decision: {
        lambdaFunction: decision.lambdaFunction === null ? null : text('lambdaFunction', decision.lambdaFunction),
        accepted: decision.accepted === true,
        confidence: Number.isFinite(decision.confidence) ? decision.confidence : null,
      },
    }),
    ...(attempts && {
      attempts: attempts.slice(0, MOST_ATTEMPTS).map(({ phase, outcome }) => ({
        phase: text('phase', phase),
        outcome: text('outcome', outcome),
      })),
    }),
  };
}

function isoTime(time: unknown): string {
  const date = new Date(typeof time === 'string' ? time.slice(0, 40) : Number.NaN);
  return (Number.isNaN(date.getTime()) ? new Date() : date).toISOString();
}
