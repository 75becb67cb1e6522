import type { Catalog } from '../../../domain/index.js';
import type { ResolvedPolicy } from '../policy.js';
import { messageOf, refusal } from '../refusal.js';
import type { GuardedAction, GuardrailName, Refusal } from '../verdict.js';
import { closedCatalog, ownTargets, validParameters } from './call.js';
import { type CheckContext, checkContext, type PureCheck } from './check.js';
import { kubernetesNames, noMetacharacters, permittedNamespaces } from './names.js';
import { listedForAuto, namedDestruction, stillFiring, sureEnough } from './risk.js';

/** In the order in which they are run, the cheap ones first. */
const PURE_CHECKS: readonly PureCheck[] = [
  stillFiring,
  closedCatalog,
  sureEnough,
  namedDestruction,
  listedForAuto,
  permittedNamespaces,
  kubernetesNames,
  noMetacharacters,
  validParameters,
  ownTargets,
];

const DEFINITION_NEEDED: readonly GuardrailName[] = ['parameters', 'targets'];

/**
 * Runs every check that needs no state, and says all that speaks against the action. A check that fails itself refuses:
 * what could not be looked at is not permitted.
 */
export function runPureChecks(
  action: GuardedAction,
  catalog: Catalog,
  policy: ResolvedPolicy,
): { readonly checks: readonly GuardrailName[]; readonly refusals: readonly Refusal[] } {
  const disabled: ReadonlySet<string> = new Set(policy.disabled);
  const checks: GuardrailName[] = [];
  const refusals: Refusal[] = [];
  let context: CheckContext;
  try {
    context = checkContext(action, catalog, policy);
  } catch (error) {
    return {
      checks: ['parameters'],
      refusals: [refusal('parameters', `the call could not be read: ${messageOf(error)}`)],
    };
  }
  for (const { name, find } of PURE_CHECKS) {
    if (disabled.has(name)) continue;
    // Without a definition there is nothing to hold parameters against, and that it is missing has been said.
    if (DEFINITION_NEEDED.includes(name) && refusals.some(({ check }) => check === 'catalog')) continue;
    checks.push(name);
    const fault = attempt(() => find(context));
    if (fault !== undefined) refusals.push(refusal(name, fault));
  }
  return { checks, refusals };
}

function attempt(find: () => string | undefined): string | undefined {
  try {
    return find();
  } catch (error) {
    return `the check failed: ${messageOf(error)}`;
  }
}
