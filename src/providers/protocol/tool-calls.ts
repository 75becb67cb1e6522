import { z } from 'zod';
import type { ToolCall, ToolDefinition } from '../../domain/text/index.js';

/** A tool call as chat servers send it: whole, or with `arguments` in fragments that belong together by `index`. */
export const wireToolCall = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.unknown().optional() }).nullish(),
});

export type WireToolCall = z.infer<typeof wireToolCall>;

/** Tools as chat servers take them. */
export function wireTools(tools: readonly ToolDefinition[]): Record<string, unknown>[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, description, parameters },
  }));
}

/** Puts the tool calls of an answer together as its pieces arrive. */
export interface ToolCallCollector {
  add(piece: WireToolCall): void;
  /** In the order in which they began; those that were never named are left out. */
  calls(): readonly ToolCall[];
}

interface OpenCall {
  name: string;
  readonly fragments: string[];
  /** Arguments that came as a value and not as text, as Ollama sends them. */
  value?: unknown;
}

/** A collector for one answer. Fragments without an index belong to the call that began last. */
export function collectToolCalls(): ToolCallCollector {
  const open: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();
  return {
    add({ index, id, function: called }) {
      const name = called?.name ?? '';
      const position = index ?? undefined;
      const begins = name !== '' || (id ?? '') !== '';
      let call = position === undefined ? (begins ? undefined : open.at(-1)) : byIndex.get(position);
      if (!call) {
        call = { name: '', fragments: [] };
        open.push(call);
        if (position !== undefined) byIndex.set(position, call);
      }
      if (call.name === '') call.name = name;
      const given = called?.arguments;
      if (typeof given === 'string') call.fragments.push(given);
      else if (given !== undefined && given !== null) call.value = given;
    },
    calls: () =>
      open.filter(({ name }) => name !== '').map((call) => ({ name: call.name, arguments: readArguments(call) })),
  };
}

/** The JSON of the fragments; no fragments mean no arguments, and text that is no JSON stays text. */
function readArguments({ fragments, value }: OpenCall): unknown {
  if (value !== undefined) return value;
  const text = fragments.join('');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // Whether it can be repaired is for whoever takes the call to say.
    return text;
  }
}
