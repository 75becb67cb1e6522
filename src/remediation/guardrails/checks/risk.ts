import { describeValue, quote } from '../../../domain/describe.js';
import { isListed } from '../policy.js';
import type { PureCheck } from './check.js';
import { namespacesOf } from './names.js';

/** An alert that is over needs no action. */
export const stillFiring: PureCheck = {
  name: 'resolved',
  find: ({ action }) =>
    action.alert.status === 'firing' ? undefined : `the alert is ${quote(String(action.alert.status))}, not firing`,
};

/** The more an action can break, the surer one has to be. */
export const sureEnough: PureCheck = {
  name: 'confidence',
  find: ({ action: { confidence }, policy, risk }) => {
    // Written so that NaN is refused, too.
    if (typeof confidence !== 'number' || !(confidence >= 0 && confidence <= 1)) {
      return `expected a confidence from 0 to 1, received ${describeValue(confidence)}`;
    }
    const floor = policy.confidence[risk];
    return confidence >= floor
      ? undefined
      : `confidence ${confidence} is below ${floor}, the floor of ${risk} functions`;
  },
};

/** What destroys runs without a person only where a person has named it. */
export const namedDestruction: PureCheck = {
  name: 'destructive',
  find: ({ action: { call }, policy, risk }) => {
    if (risk !== 'destructive' || policy.mode !== 'auto') return undefined;
    if (policy.auto.functions?.includes(call.lambdaFunction)) return undefined;
    return `${quote(call.lambdaFunction)} is destructive, and policy.auto.functions does not name it`;
  },
};

/** In `auto`, what the policy lists is all that runs. */
export const listedForAuto: PureCheck = {
  name: 'mode',
  find: ({ action: { call }, parameters, policy }) => {
    if (policy.mode !== 'auto') return undefined;
    const { functions, namespaces } = policy.auto;
    if (functions !== undefined && !functions.includes(call.lambdaFunction)) {
      return `policy.auto.functions does not name ${quote(call.lambdaFunction)}`;
    }
    if (namespaces === undefined) return undefined;
    const named = namespacesOf(parameters);
    if (named.length === 0) return 'the call names no namespace, and policy.auto.namespaces lists some';
    const foreign = named.find((namespace) => !isListed(namespace, namespaces));
    return foreign === undefined ? undefined : `policy.auto.namespaces does not name ${quote(foreign)}`;
  },
};
