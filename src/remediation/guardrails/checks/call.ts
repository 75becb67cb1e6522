import { schemaCheck } from '../../../domain/catalog/json-schema.js';
import { describeValue, quote } from '../../../domain/describe.js';
import { resolveCall } from '../../call/index.js';
import type { CheckContext, PureCheck } from './check.js';
import { findForgedOrigin } from './origins.js';

/** Nothing outside the catalog is ever called. */
export const closedCatalog: PureCheck = {
  name: 'catalog',
  find: ({ definition, action }) =>
    definition === undefined ? `${quote(action.call.lambdaFunction)} is not in the catalog` : undefined,
};

/** Parameters are as the function's schema wants them, and none is unknown to it, whatever the schema says of those. */
export const validParameters: PureCheck = {
  name: 'parameters',
  find: ({ definition, action: { call } }) => {
    if (definition === undefined) return `nothing says which parameters ${quote(call.lambdaFunction)} takes`;
    const { properties } = definition.parameters;
    for (const [name, value] of Object.entries(call.parameters) as [string, unknown][]) {
      if (!Object.hasOwn(properties, name)) return `${quote(call.lambdaFunction)} has no parameter ${quote(name)}`;
      const scalar = typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
      if (!scalar) return `${name}: expected text, a finite number or a switch, received ${describeValue(value)}`;
    }
    return schemaCheck(definition.parameters)(call.parameters);
  },
};

/**
 * Resolves the call anew from the alert. What it says of its own origins is looked at, too, but does not make it true:
 * each value must be one that this alert gives, and the origins must be possible ones.
 */
export const ownTargets: PureCheck = {
  name: 'targets',
  find: (context) => findForeignValue(context) ?? findForgedOrigin(context),
};

function findForeignValue({ action, catalog }: CheckContext): string | undefined {
  const { alert, call, phase } = action;
  const { lambdaFunction, parameters } = call;
  const resolved = resolveCall({ alert, catalog }, { lambdaFunction, parameters, by: phase });
  if (resolved.kind === 'refused') return resolved.detail;
  const changed = Object.keys(parameters).find((name) => resolved.parameters[name] !== parameters[name]);
  return changed === undefined
    ? undefined
    : `${changed}: the alert gives ${describeValue(resolved.parameters[changed])}, the call says ${describeValue(parameters[changed])}`;
}
