/**
 * What one may ask the service for. `admin` changes the service itself, such as the model that it runs, and sees what it
 * decided for others.
 */
export type Scope = 'reason' | 'select' | 'events' | 'feedback' | 'admin';

/** Every scope, in a fixed order. */
export const SCOPES: readonly Scope[] = ['reason', 'select', 'events', 'feedback', 'admin'];

/** Who asks. */
export interface Principal {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly via: 'token' | 'jwt' | 'mtls' | 'none';
}

/** Who asks, or why nobody may. Never throws for bad credentials. */
export interface Authenticator {
  authenticate(request: {
    readonly headers: Headers;
    readonly remoteAddress: string;
    readonly clientCertificate?: { readonly subject: string; readonly fingerprint256: string };
  }): Promise<Principal | { readonly refused: 'missing' | 'invalid' | 'expired' }>;
  close?(): Promise<void>;
}

/** Takes one point; false with seconds to wait when the limit is reached. */
export interface RateLimiter {
  take(
    key: string,
    points?: number,
  ): Promise<{ readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number }>;
  close?(): Promise<void>;
}

/** One line of the audit log; what is untrusted is bounded and redacted by the writer. Never blocks, never throws. */
export interface AuditRecord {
  readonly time: string;
  readonly requestId: string;
  readonly principal: string;
  readonly remoteAddress: string;
  readonly action: 'select' | 'reason' | 'event' | 'feedback' | 'refused' | 'admin';
  readonly status: number;
  readonly reason?: string;
  readonly alertFingerprint?: string;
  readonly decision?: {
    readonly lambdaFunction: string | null;
    readonly accepted: boolean;
    readonly confidence: number;
  };
  readonly model?: string;
  readonly attempts?: readonly { readonly phase: string; readonly outcome: string }[];
  readonly outcome?: string;
}

/** Where audit records go. */
export interface AuditLog {
  write(record: AuditRecord): void;
  readonly lost: number;
  close(): Promise<void>;
}
