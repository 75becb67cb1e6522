import type { Facts, LabelRole } from '../facts/schema.js';

/** Keys that Prometheus sets for whatever it scrapes: they name the target only where the rule says so. */
export const SCRAPE_ROLES: ReadonlySet<string> = new Set([
  'pod',
  'namespace',
  'container',
  'service',
  'scrape-job',
  'instance',
  'app',
]);

const roleCaches = new WeakMap<Facts, Map<string, string>>();
/** Roles that claim a key which several roles list. */
const PREFERRED: Readonly<Record<string, string>> = {
  instance: 'instance',
  name: 'custom-resource',
  cluster: 'cluster',
  service: 'service',
  host: 'host',
  hostname: 'host',
  server: 'host',
  target: 'instance',
  component: 'component',
  group: 'consumer-group',
  pool: 'pool',
  path: 'mountpoint',
  project: 'project',
  provider: 'provider',
  zone: 'region',
  user: 'user',
  account: 'account',
};

/** The role that a label key names, and its form. */
export function roleOfKey(key: string, facts: Facts): [string | undefined, LabelRole | undefined] {
  let roles = roleCaches.get(facts);
  if (roles === undefined) {
    roles = new Map();
    for (const [role, form] of Object.entries(facts.roles)) {
      for (const candidate of form.keys) if (!roles.has(candidate)) roles.set(candidate, role);
    }
    for (const [candidate, role] of Object.entries(PREFERRED)) roles.set(candidate, role);
    roleCaches.set(facts, roles);
  }
  const role = roles.get(key);
  return [role, role === undefined ? undefined : facts.roles[role]];
}
