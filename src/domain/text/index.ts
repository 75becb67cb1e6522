export type {
  ChatMessage,
  FinishReason,
  GenerateCall,
  GenerateResult,
  Health,
  RecursionStep,
  TextProvider,
  TextProviderCapabilities,
} from './text-provider.js';
