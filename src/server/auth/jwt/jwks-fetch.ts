/** What fetches a JWKS: the part of the global `fetch` that is needed. */
export type JwksFetch = (
  url: string,
  init: {
    readonly headers: Headers;
    readonly method: 'GET';
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/** A JWKS has a few keys of a few hundred bytes. */
const LARGEST_JWKS_BYTES = 262_144;

/** Milliseconds without another try after a failed one, so that a burst of tokens does not become a burst of fetches. */
const REST_MS = 1_000;

/** A fetch that bounds the body, and fails at once for a moment after it has failed. */
export function boundedJwksFetch(fetch: JwksFetch, clock: () => number): JwksFetch {
  let failure: { readonly error: unknown; readonly at: number } | undefined;
  return async (url, init) => {
    if (failure !== undefined && Math.abs(clock() - failure.at) < REST_MS) throw failure.error;
    try {
      const response = await fetch(url, init);
      if (response.status !== 200) throw new Error(`expected status 200 for the JWKS, received ${response.status}`);
      const body = await readBounded(response);
      failure = undefined;
      return new Response(body, { status: 200, headers: { 'content-type': 'application/json' } });
    } catch (error) {
      failure = { error, at: clock() };
      throw error;
    }
  };
}

async function readBounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return Buffer.alloc(0);
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > LARGEST_JWKS_BYTES) throw new Error(`expected a JWKS of at most ${LARGEST_JWKS_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
