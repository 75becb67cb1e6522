/** Type of the events that report a fired alert. */
export const ALERT_FIRED = 'io.homelab.prometheus.alert.fired';

/** Type of the events that ask for a remediation function to be run. */
export const LAMBDA_TRIGGER = 'io.homelab.agent-sre.lambda.trigger';

/** Source of the events that this package emits. */
export const SOURCE = '/agent-sre/remediation';

/** Most bytes of an event on the wire, which every intermediary has to forward (CloudEvents 1.0, "Size Limits"). */
export const LARGEST_EVENT_BYTES = 65_536;
