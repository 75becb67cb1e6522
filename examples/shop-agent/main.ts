import assert from 'node:assert/strict';
import { DeadlineExceededError, NoProviderAvailableError, TRMClient, type Verifier } from '../../src/index.js';
import { ollamaProtocol, startFixtureServer } from '../../src/testing/index.js';
import { printResponse, printSource } from '../print-response.js';

/** What the shop knows about this customer's question, read from its own systems. */
const SHOP = {
  order: {
    id: 'MB-20417',
    status: 'shipped',
    carrier: 'DHL',
    tracking: 'JD014600003',
    expectedDelivery: '2026-11-24',
    items: [{ brand: 'Norda', article: 'Trail jacket', size: 'M', price: '129.90 EUR' }],
  },
  stock: [
    { brand: 'Norda', article: 'Trail jacket', size: 'L', available: 3 },
    { brand: 'Velk', article: 'Rain trousers', size: 'L', available: 0 },
  ],
};

/** A question the context answers; one it does not: the script invents a date, and another one when it is criticised. */
const SCRIPT = [
  { text: 'Order MB-20417 was shipped with DHL and is expected on 2026-11-24.' },
  { text: 'Your second parcel arrives on 2026-11-30.', probability: 0.98 },
  { text: 'The context holds no second parcel and no such date.' },
  { text: 'Your second parcel arrives on 2026-11-28.', probability: 0.98 },
];

/** Confidence from which an answer reaches the customer without a person having read it. */
const RELEASE_FROM = 0.8;

/** Figures, dates, prices and numbers of orders: what must not be invented. */
const figuresOf = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}][\p{L}\p{N}.,:/-]*/gu) ?? [])
    .filter((word) => /\p{N}/u.test(word))
    .map((word) => word.replace(/[.,:/-]+$/, ''));

/** Whether an answer states figures, and none that the shop does not know. An answer that states none is no help. */
function isGrounded(answer: string, context: unknown): boolean {
  const known = new Set(figuresOf(JSON.stringify(context)));
  const stated = figuresOf(answer);
  return stated.length > 0 && stated.every((figure) => known.has(figure));
}

/** Evidence from outside the model, which weighs more than how sure of its words the model is. */
const verify: Verifier = async ({ answer, context }) => (isGrounded(answer, context) ? 1 : 0);

type Reply =
  | { readonly kind: 'answer'; readonly text: string; readonly confidence: number }
  | { readonly kind: 'handover'; readonly reason: string };

/** Answers a customer, or hands over to a person; there is no third way. */
async function reply(client: TRMClient, question: string): Promise<Reply> {
  try {
    const response = await client.generate({
      prompt: `${question}\nWrite figures and dates exactly as they stand in the context.`,
      context: SHOP,
      maxReflectionSteps: 1,
    });
    printResponse(question, response);
    const { answer, confidence } = response;
    if (confidence >= RELEASE_FROM) return { kind: 'answer', text: answer, confidence };
    return { kind: 'handover', reason: `confidence ${confidence.toFixed(2)} is below ${RELEASE_FROM}` };
  } catch (error) {
    // Everything else is a mistake in the agent's own code, which no customer's question should hide.
    if (!NoProviderAvailableError.isInstance(error) && !DeadlineExceededError.isInstance(error)) throw error;
    console.log(`\n> ${question}`);
    return { kind: 'handover', reason: error.message };
  }
}

async function serve(client: TRMClient, question: string): Promise<Reply> {
  const result = await reply(client, question);
  if (result.kind === 'handover') console.log(`  -> handed over to a person: ${result.reason}`);
  else console.log('  -> sent to the customer');
  // Holds for every model: what is sent was checked against what the shop knows.
  if (result.kind === 'answer') assert.ok(isGrounded(result.text, SHOP) && result.confidence >= RELEASE_FROM);
  return result;
}

const scripted = !process.env['OLLAMA_URL'];
printSource(scripted);
await using server = scripted ? await startFixtureServer(ollamaProtocol('gemma3:1b', SCRIPT)) : undefined;
// A shop has no alerts, so the local TRM is left out of the chain.
await using client = new TRMClient({
  useTrm: false,
  useHfApi: false,
  // A small model on a CPU takes its time; past it, a person takes over as well.
  timeoutMs: 120_000,
  verify,
  ...(server && { ollamaUrl: server.origin, ollamaModel: 'gemma3:1b' }),
});

const order = await serve(client, 'Where is my order MB-20417?');
const parcel = await serve(client, 'And when does my second parcel arrive?');
if (scripted) {
  assert.equal(order.kind, 'answer');
  assert.equal(parcel.kind, 'handover');
}

const closed = await startFixtureServer(ollamaProtocol());
await closed.close();
await using alone = new TRMClient({ useTrm: false, useHfApi: false, ollamaUrl: closed.origin, timeoutMs: 120_000 });
const nobody = await serve(alone, 'Do you have the trail jacket in size L?');
assert.ok(nobody.kind === 'handover');
assert.match(nobody.reason, /ollama: .*is the server running/);
