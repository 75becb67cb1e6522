/**
 * Series, one value a minute as promtool writes them, at whose 60th minute each alert fires. `0+5x60` starts at 0 and
 * rises by 5 a minute.
 */
const AT = 'job="agent",instance="a:8080"';
const NONE = '0+0x60';

/** A histogram of which `share` of the observations, 10 a minute, lie at or under a bound; all lie under the largest. */
function histogram(metric: string, labels: string, low: string, share: number): Readonly<Record<string, string>> {
  return {
    [`${metric}_bucket{${labels},le="${low}"}`]: `0+${10 * share}x60`,
    [`${metric}_bucket{${labels},le="60"}`]: '0+10x60',
    [`${metric}_bucket{${labels},le="+Inf"}`]: '0+10x60',
    [`${metric}_count{${labels}}`]: '0+10x60',
  };
}

const refusal = (check: string) => ({ [`agent_trm_guardrail_refusals_total{${AT},check="${check}"}`]: '0+1x60' });

export const ALERT_SPARKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AgentTrmManyEscalations: {
    [`agent_trm_selections_total{${AT},tier="none",decision="escalated",function="none"}`]: '0+6x60',
    [`agent_trm_selections_total{${AT},tier="trm",decision="selected",function="pod-restart"}`]: '0+4x60',
  },
  AgentTrmPhaseFailing: {
    [`agent_trm_phase_attempts_total{${AT},tier="rag",outcome="timed-out"}`]: '0+3x60',
    [`agent_trm_phase_attempts_total{${AT},tier="rag",outcome="taken"}`]: '0+7x60',
  },
  AgentTrmConfidenceDropped: histogram('agent_trm_confidence', `${AT},tier="trm"`, '0.4', 0.9),
  AgentTrmSlowDecisions: histogram('agent_trm_decision_duration_seconds', `${AT},decision="selected"`, '10', 0.5),
  AgentTrmEventsLost: { [`agent_trm_events_total{${AT},result="timeout"}`]: '0+0x55 1+0x10' },
  AgentTrmDeadLetters: { [`agent_trm_events_total{${AT},result="dead-lettered"}`]: '0+0x55 1+0x10' },
  AgentTrmKillSwitchPulled: refusal('kill-switch'),
  AgentTrmActionStorm: refusal('storm'),
  AgentTrmStateOutOfReach: refusal('state-unavailable'),
  AgentTrmSettlementFailing: { [`agent_trm_settlement_failures_total{${AT},step="confirm"}`]: '0+1x60' },
  AgentTrmActionsWithoutEffect: {
    [`agent_trm_outcomes_total{${AT},function="pod-restart",outcome="ineffective"}`]: '0+2x60',
    [`agent_trm_outcomes_total{${AT},function="pod-restart",outcome="effective"}`]: '0+1x60',
  },
  AgentTrmNoModel: { [`agent_trm_http_requests_total{${AT},route="/healthz",method="GET",code="200"}`]: '0+1x60' },
  AgentTrmModelRejected: { [`agent_trm_model_reloads_total{${AT},result="rejected"}`]: '0+0x55 1+0x10' },
  // The clock of promtool starts in 1970.
  AgentTrmCalibrationOld: { [`agent_trm_calibration_timestamp_seconds{${AT}}`]: `${-200 * 86_400}+0x60` },
  AgentTrmOverloaded: { [`agent_trm_requests_refused_total{${AT},reason="overloaded"}`]: '0+60x60' },
  AgentTrmQueueLong: histogram('agent_trm_inference_queue_duration_seconds', AT, '2.5', 0.5),
  AgentTrmServerErrors: {
    [`agent_trm_http_requests_total{${AT},route="/select",method="POST",code="500"}`]: '0+1x60',
    [`agent_trm_http_requests_total{${AT},route="/select",method="POST",code="200"}`]: '0+9x60',
  },
  AgentTrmCredentialsRefused: { [`agent_trm_requests_refused_total{${AT},reason="invalid"}`]: '0+60x60' },
  AgentTrmLimiterFailing: { [`agent_trm_limiter_failures_total{${AT}}`]: '0+1x60' },
  AgentTrmBreakerOpen: { [`agent_trm_breaker_state{${AT},dependency="ollama"}`]: '2 1 2 2 1+0x56' },
  AgentTrmWorkerLost: {
    [`agent_trm_runtime_events_total{${AT},event="worker-lost",provider="none"}`]: '0+0x55 1+0x10',
  },
  AgentTrmAuditRecordsLost: { [`agent_trm_audit_records_lost_total{${AT}}`]: '0+0x55 3+0x10' },
};

/** A service under load at which nothing is wrong. */
export const QUIET: Readonly<Record<string, string>> = {
  [`agent_trm_selections_total{${AT},tier="trm",decision="selected",function="pod-restart"}`]: '0+8x60',
  [`agent_trm_selections_total{${AT},tier="none",decision="escalated",function="none"}`]: '0+2x60',
  [`agent_trm_selections_total{${AT},tier="none",decision="resolved",function="none"}`]: '0+50x60',
  [`agent_trm_phase_attempts_total{${AT},tier="trm",outcome="taken"}`]: '0+9x60',
  [`agent_trm_phase_attempts_total{${AT},tier="trm",outcome="failed"}`]: '0+1x60',
  ...histogram('agent_trm_confidence', `${AT},tier="trm"`, '0.4', 0.2),
  ...histogram('agent_trm_decision_duration_seconds', `${AT},decision="selected"`, '0.5', 1),
  ...histogram('agent_trm_inference_queue_duration_seconds', AT, '0.5', 1),
  [`agent_trm_events_total{${AT},result="delivered"}`]: '0+8x60',
  [`agent_trm_events_total{${AT},result="timeout"}`]: NONE,
  [`agent_trm_events_total{${AT},result="dead-lettered"}`]: NONE,
  [`agent_trm_guardrail_refusals_total{${AT},check="duplicate"}`]: '0+5x60',
  [`agent_trm_guardrail_refusals_total{${AT},check="kill-switch"}`]: NONE,
  [`agent_trm_guardrail_refusals_total{${AT},check="storm"}`]: NONE,
  [`agent_trm_guardrail_refusals_total{${AT},check="state-unavailable"}`]: NONE,
  [`agent_trm_settlement_failures_total{${AT},step="confirm"}`]: NONE,
  [`agent_trm_outcomes_total{${AT},function="pod-restart",outcome="effective"}`]: '0+3x60',
  [`agent_trm_outcomes_total{${AT},function="pod-restart",outcome="ineffective"}`]: '0+1x60',
  [`agent_trm_outcomes_total{${AT},function="pod-restart",outcome="unknown"}`]: '0+9x60',
  [`agent_trm_model_info{${AT},sha="abababababab",calibration="isotonic"}`]: '1+0x60',
  [`agent_trm_model_reloads_total{${AT},result="switched"}`]: '0+1x60',
  [`agent_trm_model_reloads_total{${AT},result="rejected"}`]: NONE,
  [`agent_trm_calibration_timestamp_seconds{${AT}}`]: NONE,
  [`agent_trm_http_requests_total{${AT},route="/select",method="POST",code="200"}`]: '0+900x60',
  [`agent_trm_http_requests_total{${AT},route="/select",method="POST",code="503"}`]: '0+100x60',
  [`agent_trm_http_requests_total{${AT},route="/select",method="POST",code="500"}`]: '0+1x60',
  [`agent_trm_requests_refused_total{${AT},reason="overloaded"}`]: '0+1x60',
  [`agent_trm_requests_refused_total{${AT},reason="invalid"}`]: '0+1x60',
  [`agent_trm_limiter_failures_total{${AT}}`]: NONE,
  [`agent_trm_breaker_state{${AT},dependency="ollama"}`]: '0+0x20 2+0x10 0+0x30',
  [`agent_trm_runtime_events_total{${AT},event="execution-provider-fallback",provider="cuda"}`]: '0+1x60',
  [`agent_trm_runtime_events_total{${AT},event="worker-lost",provider="none"}`]: NONE,
  [`agent_trm_audit_records_lost_total{${AT}}`]: NONE,
};
