import { stat } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { readSecretFile } from '../../config/index.js';
import { InvalidInputError } from '../../core/errors.js';
import type { AuditReport, ChainHead } from '../../server/audit/index.js';
import { EXIT } from '../exit-codes.js';

interface VerifyOptions {
  readonly keyFile?: string;
  readonly partial?: boolean;
  readonly head?: ChainHead;
  readonly json?: boolean;
}

export function auditCommand(): Command {
  const verify = new Command('verify')
    .description('check that no line of an audit log was changed, removed, repeated or moved')
    .argument('<path...>', 'files of audit logs; the rotated files beside each belong to it')
    .option('--partial', 'begin with the first line that is there, when older files were put away by hand')
    .option('--head <seq:sha256>', 'a line that has to be there, as the service told it earlier', chainHead)
    .option('--key-file <file>', 'file with the key of a log that is keyed')
    .option('--json', 'the report as JSON')
    .addHelpText(
      'after',
      `
Exit code 0 when every line of every log holds, 1 when one does not. What a log tells of itself (records lost, a line
torn by a crash) is named, and makes it no less whole. So are lines at the beginning that the log has deleted itself
(serve --audit-max-files), down to the very line that it tells; any other beginning that is missing is a break.

A plain chain shows every change to those who do not know it. Somebody who can write the files can also compute it anew:
give the service a key (TRM_AUDIT_KEY_FILE), or keep heads of the chain elsewhere and pass one with --head.

Examples:
  agent-trm audit verify /var/log/agent-trm/audit.jsonl
  agent-trm audit verify audit.jsonl --key-file /run/secrets/audit-key --json`,
    )
    .action(async (paths: readonly string[], options: VerifyOptions) => {
      const { currentPathOf, verifyAuditLog } = await import('../../server/audit/index.js');
      const key = options.keyFile === undefined ? undefined : await readSecretFile('--key-file', options.keyFile);
      // Rotated files that a shell has listed beside the current one are one log with it.
      await Promise.all(paths.map(refuseFolder));
      const logs = [...new Set(paths.map((file) => path.normalize(currentPathOf(file))))];
      if (options.head && logs.length > 1)
        throw new InvalidInputError('--head', 'expected one log, since it is of one');
      const reports: AuditReport[] = [];
      for (const log of logs) {
        reports.push(await verifyAuditLog({ path: log, key, partial: options.partial, head: options.head }));
      }
      const text = options.json ? JSON.stringify(reports, null, 2) : reports.map(formatReport).join('\n');
      process.stdout.write(`${text}\n`);
      if (reports.some(({ broken }) => broken !== undefined)) process.exitCode = EXIT.failure;
    });
  return new Command('audit').description('look after the audit log of the service').addCommand(verify.exitOverride());
}

async function refuseFolder(file: string): Promise<void> {
  const isFolder = await stat(file).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder) throw new InvalidInputError('', `${file}: expected the file of an audit log, received a folder`);
}

function formatReport(report: AuditReport): string {
  const { path: file, broken, lines, records, firstSeq, head, files, notes, closed, retired } = report;
  const range = lines === 0 ? 'no line' : `lines ${firstSeq} to ${head.seq}`;
  const held = `${range} in ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${records} records`;
  const verdict = broken
    ? [`${file}: broken at ${broken.file} line ${broken.line}: ${broken.why}`, `  what holds before: ${held}`]
    : [`${file}: whole: ${held}${closed ? '' : '; not closed'}`, `  head ${head.seq}:${head.sha256}`];
  const deleted = retired
    ? [
        `  lines 1 to ${retired.throughSeq} were deleted by the log itself: ${retired.file} line ${retired.line} tells it`,
      ]
    : [];
  return [
    ...verdict,
    ...deleted,
    ...notes.map((note) => `  note: ${note.file} line ${note.line}: ${describeNote(note)}`),
  ].join('\n');
}

function describeNote({ kind, body }: AuditReport['notes'][number]): string {
  const { kind: _, ...rest } = body;
  return `${kind} ${JSON.stringify(rest)}`;
}

/** `1234:` and 64 hexadecimal digits. */
function chainHead(value: string): ChainHead {
  const [, seq, sha256] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(value) ?? [];
  if (seq === undefined || sha256 === undefined) throw new InvalidArgumentError('expected SEQ:SHA256');
  return { seq: Number(seq), sha256 };
}
