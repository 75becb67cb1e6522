/**
 * The inference service: one process that many agents share.
 *
 * @module agent-trm/server
 */
export {
  type AuditLogEvents,
  type AuditLogOptions,
  type AuditReport,
  createAuditLog,
  type FileAuditLog,
  type VerifyAuditOptions,
  verifyAuditLog,
} from './audit/index.js';
export {
  type AllowedCertificate,
  AuthenticationUnavailableError,
  combineAuthenticators,
  createCertificateAuthenticator,
  createJwtAuthenticator,
  createToken,
  createTokenAuthenticator,
  createTokenFileAuthenticator,
  hashToken,
  JWT_ALGORITHMS,
  type JwtAlgorithm,
  type JwtAuthenticatorOptions,
  parseTokens,
  type StoredToken,
  type TokenAuthenticatorOptions,
  type TokenFileAuthenticator,
  type TokenFileEvents,
  type TokenFileOptions,
} from './auth/index.js';
export { createService, type Service, type ServiceStats } from './create-service.js';
export type { RequestState, ServiceContext, ServiceEnv } from './http/context.js';
export type { Listening, ListenOptions, TlsOptions } from './http/node-server.js';
export {
  PROBLEMS,
  Problem,
  type ProblemDetails,
  type ProblemName,
  type ProblemOptions,
  problemType,
} from './http/problem.js';
export {
  createMemoryRateLimiter,
  createRedisRateLimiter,
  type MemoryRateLimiterOptions,
  type RateLimit,
  type RateLimiterEvents,
  type RedisRateLimitClient,
  type RedisRateLimiter,
  type RedisRateLimiterOptions,
} from './limits/index.js';
export {
  createModelLoader,
  type LoadModel,
  type ModelIdentity,
  type ReasonCall,
  type SelectCall,
  type ServiceModel,
  type ServiceModelOptions,
} from './model/service-model.js';
export type { Operation, OperationResponse } from './openapi/operation.js';
export type { MetricsPage } from './routes/about.js';
export type { OnOutcome } from './routes/feedback.js';
export { type RefusalReason, ServiceEmitter, type ServiceEvents } from './service-events.js';
export type { ServiceLimits } from './service-limits.js';
export type { ServiceOptions } from './service-options.js';
export type { AuditPart, DecideCall, ServiceExtension, ServiceKernel, ServiceRoute } from './service-route.js';
export {
  type AuditLog,
  type AuditRecord,
  type Authenticator,
  type Principal,
  type RateLimiter,
  SCOPES,
  type Scope,
} from './types.js';
export type { KeyedCatalog } from './work/catalog-cache.js';
export type { Decided, Reasoned } from './work/decider.js';
