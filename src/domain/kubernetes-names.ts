/** Name rules of Kubernetes (documentation, "Object Names and IDs" and "Labels and Selectors"). */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_KEY = /^([a-z0-9][-a-z0-9.]{0,252}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const POD_OF_DEPLOYMENT = /^(.+)-([a-z0-9]{8,10})-([a-z0-9]{5})$/;

/** True for a DNS-1123 label: what a namespace may be called (1-63 characters). */
export function isDnsLabel(text: string): boolean {
  return DNS_LABEL.test(text);
}

/** True for a DNS-1123 subdomain: what most objects may be called (1-253 characters, dot-separated labels). */
export function isDnsSubdomain(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 253 &&
    text.split('.').every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part))
  );
}

/** True for a value that a Kubernetes label may hold; the empty value is left out. */
export function isLabelValue(text: string): boolean {
  return LABEL_VALUE.test(text);
}

/** True for an equality-based label selector: `a=b` or `a=b,c=d`. */
export function isLabelSelector(text: string): boolean {
  if (text.length > 1024 || !text.includes('=')) return false;
  return text.split(',').every((term) => {
    const at = term.indexOf('=');
    return at > 0 && LABEL_KEY.test(term.slice(0, at)) && isLabelValue(term.slice(at + 1));
  });
}

/**
 * True for the hash of a ReplicaSet as it stands in a pod's name. The Deployment controller writes it in an alphabet
 * without vowels and without 0, 1 and 3; hexadecimal hashes are accepted too. A letter and a digit are required, which
 * keeps the schedule number in the pods of a CronJob and ordinary words out.
 */
export function isReplicaSetHash(text: string): boolean {
  return (
    /^(?:[bcdfghjklmnpqrstvwxz2456789]{8,10}|[0-9a-f]{8,10})$/.test(text) && /[0-9]/.test(text) && /[a-z]/.test(text)
  );
}

/**
 * Name of the Deployment that owns a pod named `<deployment>-<ReplicaSet hash>-<5 characters>`; undefined for a pod
 * whose name has another form (StatefulSet, DaemonSet, Job, bare pod).
 */
export function ownerOfPod(pod: string): string | undefined {
  const match = POD_OF_DEPLOYMENT.exec(pod);
  if (match === null) return undefined;
  const [, owner = '', hash = ''] = match;
  return isReplicaSetHash(hash) && isDnsSubdomain(owner) ? owner : undefined;
}
