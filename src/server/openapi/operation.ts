import type { z } from 'zod';

/** One operation of the OpenAPI document. */
export interface Operation {
  /** Unique name, such as `selectFunctions`. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly request?: { readonly schema: z.ZodType; readonly mediaTypes?: readonly string[] | undefined } | undefined;
  /** By status; problems are added by themselves. */
  readonly responses: Readonly<Record<number, OperationResponse>>;
}

export interface OperationResponse {
  readonly description: string;
  readonly schema?: z.ZodType | undefined;
  /** Default `application/json`. */
  readonly mediaType?: string | undefined;
}
