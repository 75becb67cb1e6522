import { quote } from '../../../domain/describe.js';
import type { Alert, ParameterOrigin } from '../../../domain/index.js';
import type { CheckContext, GuardedParameter } from './check.js';

/** The first parameter whose stated origin cannot be where its value comes from. */
export function findForgedOrigin({ action, parameters }: CheckContext): string | undefined {
  const { alert, call } = action;
  const origins = call.parameterOrigins;
  for (const parameter of parameters) {
    const origin = Object.hasOwn(origins, parameter.name) ? origins[parameter.name] : undefined;
    if (origin === undefined) return `${parameter.name}: the call does not say where the value comes from`;
    const fault = faultOf(origin, parameter, alert);
    if (fault !== undefined) return `${parameter.name}: ${fault}`;
  }
  return undefined;
}

function faultOf(origin: ParameterOrigin, parameter: GuardedParameter, alert: Alert): string | undefined {
  const { value, schema } = parameter;
  const target = isTarget(parameter);
  switch (origin.kind) {
    case 'label': {
      const label = Object.hasOwn(alert.labels, origin.key) ? alert.labels[origin.key] : undefined;
      if (label === undefined) return `the alert has no label ${quote(origin.key)}`;
      // A selector is rendered from a label, so its text is another; that it is the right one is checked elsewhere.
      const rendered = parameter.role.takes === 'selector';
      const same = label.toLowerCase() === String(value).toLowerCase() || Number(label) === value;
      return rendered || (target ? label === value : same)
        ? undefined
        : `the label ${quote(origin.key)} holds another value`;
    }
    case 'metric':
      if (target) return 'a metric names no target';
      return Object.hasOwn(alert.metrics, origin.key) ? undefined : `the alert has no metric ${quote(origin.key)}`;
    case 'alert-name':
      return parameter.role.takes === 'selector' ? undefined : 'the name of an alert names no target';
    case 'default':
      return schema.default === value ? undefined : 'the value is not the declared default';
    case 'rule':
      if (origin.key === undefined || Object.hasOwn(alert.labels, origin.key)) return undefined;
      return Object.hasOwn(alert.metrics, origin.key) && !target ? undefined : `the alert has no ${quote(origin.key)}`;
    case 'proposal':
      return target ? 'a proposal names no target' : undefined;
    default:
      // Annotations are free text, whatever stands in them; anything else is no origin.
      return 'the value comes from no label of the alert';
  }
}

/** Whether a parameter says what is acted on, as numbers, switches and choices do not. */
function isTarget({ role }: GuardedParameter): boolean {
  return !['number', 'integer', 'boolean', 'enum'].includes(role.takes);
}
