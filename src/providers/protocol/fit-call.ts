import type { GenerateCall, TextProviderCapabilities } from '../../domain/text/index.js';

/** A call without what a provider cannot do, and a warning for each thing left out that changes the answer. */
export function fitCall(
  call: GenerateCall,
  { jsonSchema, logprobs, recursion }: TextProviderCapabilities,
): { readonly call: GenerateCall; readonly warnings: readonly string[] } {
  const fitted = { ...call };
  const warnings: string[] = [];
  if (call.jsonSchema && !jsonSchema) {
    delete fitted.jsonSchema;
    warnings.push('the provider cannot hold its answer to a JSON Schema, so none was asked for');
  }
  if (call.logprobs && !logprobs) {
    delete fitted.logprobs;
    warnings.push('the provider has no token log-probabilities, so none were asked for');
  }
  // Who reads the context as it is also recurses; for the others the caller renders it into the messages.
  if (recursion === 'none') delete fitted.recursion;
  return { call: fitted, warnings };
}
