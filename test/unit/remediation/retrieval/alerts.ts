import type { Alert } from '../../../../src/domain/index.js';

/** An alert with a name and labels. */
export function alertOf(
  alertname: string,
  labels: Record<string, string> = {},
  annotations: Record<string, string> = {},
): Alert {
  return { labels: { alertname, ...labels }, annotations, metrics: {}, status: 'firing' };
}

/** A signal that never fires. */
export const quiet = (): AbortSignal => new AbortController().signal;

/** A small embedder: words hashed into a vector, so that texts with the same words are alike. */
export async function hashEmbedder(texts: readonly string[]): Promise<Float32Array[]> {
  return texts.map((text) => {
    const vector = new Float32Array(64);
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) {
      let hash = 7;
      for (const character of word) hash = (hash * 31 + character.charCodeAt(0)) % 64;
      vector[hash] = (vector[hash] as number) + 1;
    }
    return vector;
  });
}
