import { Command, InvalidArgumentError } from 'commander';
import { isPrincipalName, isScope, NAME_RULE } from '../../server/auth/scopes.js';
import { SCOPES, type Scope } from '../../server/types.js';

interface CreateOptions {
  readonly name: string;
  readonly scope: readonly Scope[];
  readonly expires?: string;
  readonly json?: boolean;
}

export function tokenCommand(): Command {
  const create = new Command('create')
    .description('make a token for a client of the service; it is shown this once and kept nowhere')
    .requiredOption('--name <name>', 'who it is for, as logs and the audit log will call it', principalName)
    .requiredOption(
      '--scope <scope>',
      `what it allows: ${SCOPES.join(', ')}; repeatable, or separated by commas`,
      scopes,
    )
    .option('--expires <when>', 'days such as 90d, or a time such as 2030-01-31T00:00:00Z; default: never', endOf)
    .option('--json', 'the token and its entry of a JSON file of tokens')
    .addHelpText(
      'after',
      `
The client sends the token as "Authorization: Bearer TOKEN". The line goes into the service's file of tokens
(TRM_TOKENS_FILE), which holds hashes alone and is read anew while the service runs. To replace a token, add the line of
a new one with the same name, hand it over, then remove the old line.

Example:
  agent-trm token create --name sre-agent --scope select,feedback --expires 90d`,
    )
    .action(async ({ name, scope, expires, json }: CreateOptions) => {
      const { createToken, formatTokenLine, hashToken } = await import('../../server/auth/index.js');
      const token = createToken().reveal();
      const entry = { name, sha256: hashToken(token).toString('hex'), scopes: scope, ...(expires && { expires }) };
      const text = json
        ? JSON.stringify({ token, entry }, null, 2)
        : `token  ${token}\nline   ${formatTokenLine(entry)}`;
      process.stdout.write(`${text}\n`);
    });
  return new Command('token').description('make tokens for clients of the service').addCommand(create.exitOverride());
}

function principalName(value: string): string {
  if (!isPrincipalName(value)) throw new InvalidArgumentError(`expected ${NAME_RULE}`);
  return value;
}

function scopes(value: string, before: readonly Scope[] = []): readonly Scope[] {
  const names = value.split(',').map((name) => name.trim());
  if (!names.every(isScope)) throw new InvalidArgumentError(`expected scopes out of ${SCOPES.join(', ')}`);
  return [...new Set([...before, ...names])];
}

function endOf(value: string): string {
  const days = /^([1-9]\d{0,4})d$/.exec(value)?.[1];
  const end = days === undefined ? Date.parse(value) : Date.now() + Number(days) * 86_400_000;
  if (!(end > Date.now())) throw new InvalidArgumentError('expected days such as 90d, or a time that is to come');
  // Whole seconds, as a person would write it.
  return new Date(end).toISOString().replace(/\.\d+Z$/, 'Z');
}
