import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate and its private key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test, made by openssl. */
export interface Authority {
  readonly cert: string;
  /** @param subject such as `/O=Example/CN=sre-agent` */
  issue(subject: string): Identity;
  remove(): Promise<void>;
}

/** Why there can be no certificates here, undefined where there can. */
export function whyNoCertificates(): string | undefined {
  const { error, status } = spawnSync('openssl', ['version'], { stdio: 'ignore' });
  return error === undefined && status === 0 ? undefined : 'skipped: no openssl on this machine';
}

export async function createAuthority(): Promise<Authority> {
  const folder = await mkdtemp(path.join(tmpdir(), 'agent-trm-ca-'));
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...parameters: string[]): void => {
    const { status, stderr } = spawnSync('openssl', parameters, { cwd: folder });
    if (status !== 0) throw new Error(`openssl ${parameters[0]} failed: ${String(stderr)}`);
  };
  const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...keyOptions, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=Test CA', '-days', '2');
  let issued = 0;
  return {
    cert: readFileSync(at('ca.crt'), 'utf8'),
    issue(subject) {
      const name = `leaf-${issued++}`;
      openssl('req', '-new', ...keyOptions, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
      writeFileSync(at('extensions'), 'subjectAltName=IP:127.0.0.1\n');
      const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions', '-days', '1'];
      openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.crt`, ...signing);
      return { cert: readFileSync(at(`${name}.crt`), 'utf8'), key: readFileSync(at(`${name}.key`), 'utf8') };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
