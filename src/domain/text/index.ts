export { generateResultSchema } from './generate-result-schema.js';
export type {
  ChatMessage,
  FinishReason,
  GenerateCall,
  GenerateResult,
  Health,
  RecursionRule,
  RecursionStep,
  TextProvider,
  TextProviderCapabilities,
  ToolCall,
  ToolDefinition,
} from './text-provider.js';
