import type { ServiceKernel, ServiceRoute } from '../service-route.js';
import { ollamaRoutes } from './ollama/routes.js';
import { openAiRoutes } from './openai/routes.js';

/** The routes for agents that know nothing but the URL of an Ollama server, or of one of OpenAI's protocol. */
export function compatRoutes(kernel: ServiceKernel, since = new Date()): readonly ServiceRoute[] {
  return [...ollamaRoutes(kernel, since.toISOString()), ...openAiRoutes(kernel, Math.floor(since.getTime() / 1_000))];
}
