import type { GenerateCall, TextProviderCapabilities } from '../../domain/text/index.js';

/** A call without what a provider cannot do, and a warning for each thing left out that changes the answer. */
export function fitCall(
  call: GenerateCall,
  capabilities: TextProviderCapabilities,
): { readonly call: GenerateCall; readonly warnings: readonly string[] } {
  const { jsonSchema, tools, logprobs, recursion, ...rest } = call;
  const warnings: string[] = [];
  if (jsonSchema && !capabilities.jsonSchema) {
    warnings.push('the provider cannot hold its answer to a JSON Schema, so none was asked for');
  }
  if (tools && tools.length > 0 && !capabilities.toolCalls) {
    warnings.push('the provider cannot call tools, so none were offered');
  }
  if (logprobs && !capabilities.logprobs) {
    warnings.push('the provider has no token log-probabilities, so none were asked for');
  }
  return {
    call: {
      ...rest,
      ...(jsonSchema && capabilities.jsonSchema && { jsonSchema }),
      ...(tools && capabilities.toolCalls && { tools }),
      ...(logprobs && capabilities.logprobs && { logprobs }),
      // Without recursion in the model the caller recurses itself, and wants no warning for it.
      ...(recursion && capabilities.recursion === 'native' && { recursion }),
    },
    warnings,
  };
}
