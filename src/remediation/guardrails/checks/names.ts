import { quote } from '../../../domain/describe.js';
import { isDnsLabel, isDnsSubdomain, isLabelSelector } from '../../../domain/kubernetes-names.js';
import { isSafePath, isSafeValue } from '../../../encoding/alert/field.js';
import { isListed } from '../policy.js';
import { type GuardedParameter, isDeclared, type PureCheck } from './check.js';

/** Namespaces and names of objects are what Kubernetes would accept, unless the schema states rules of its own. */
export const kubernetesNames: PureCheck = {
  name: 'kubernetes-names',
  find: ({ parameters }) => {
    for (const parameter of parameters) {
      const { name, value, role } = parameter;
      if (typeof value !== 'string' || isDeclared(parameter)) continue;
      if (role.takes === 'namespace' && !isDnsLabel(value)) {
        return `${name}: expected the name of a namespace (DNS-1123 label), received ${quote(value)}`;
      }
      if (role.takes === 'object-name' && !role.constrained && !isDnsSubdomain(value)) {
        return `${name}: expected the name of an object (DNS-1123 subdomain), received ${quote(value)}`;
      }
    }
    return undefined;
  },
};

/** No text holds what a shell, a path, a query or a terminal could read as more than a name. */
export const noMetacharacters: PureCheck = {
  name: 'metacharacters',
  find: ({ action, parameters }) => {
    const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
    for (const [name, value] of Object.entries(action.call.parameters)) {
      if (typeof value !== 'string' || isSafeText(value, known.get(name))) continue;
      return `${quote(name)}: expected letters, digits and . _ - : @ + = , (in free text also / between them), received ${quote(value)}`;
    }
    return undefined;
  },
};

function isSafeText(value: string, parameter: GuardedParameter | undefined): boolean {
  if (parameter !== undefined && isDeclared(parameter)) return true;
  switch (parameter?.role.takes) {
    // It may hold the slash of a label's key.
    case 'selector':
      return isLabelSelector(value);
    case 'text':
      return isSafePath(value);
    default:
      return isSafeValue(value);
  }
}

/** What changes something does so in permitted namespaces only. */
export const permittedNamespaces: PureCheck = {
  name: 'namespaces',
  find: ({ risk, parameters, policy }) => {
    if (risk === 'read') return undefined;
    const { allow, deny } = policy.namespaces;
    const named = namespacesOf(parameters);
    const denied = named.find((namespace) => isListed(namespace, deny));
    if (denied !== undefined) return `the policy denies changes in the namespace ${quote(denied)}`;
    if (allow === undefined) return undefined;
    if (named.length === 0) return 'the call names no namespace, and the policy allows changes in some only';
    const foreign = named.find((namespace) => !isListed(namespace, allow));
    return foreign === undefined ? undefined : `the policy does not allow changes in the namespace ${quote(foreign)}`;
  },
};

/** The namespaces that a call names. */
export function namespacesOf(parameters: readonly GuardedParameter[]): readonly string[] {
  return parameters.flatMap(({ value, role }) =>
    role.takes === 'namespace' && typeof value === 'string' ? [value] : [],
  );
}
