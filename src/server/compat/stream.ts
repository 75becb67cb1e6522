import { redactError } from '../../core/redact.js';
import type { ServiceContext } from '../http/context.js';
import type { Problem } from '../http/problem.js';
import { problemOfError } from '../http/problem-of-error.js';
import type { ServiceKernel } from '../service-route.js';
import type { Reply } from './question.js';

/** How a wire format writes an answer in pieces. Each gives the text of whole lines. */
export interface StreamForm {
  readonly contentType: string;
  /** What goes before the first piece. `by` is as `Reply` has it. */
  opening(by: string | undefined): string;
  /** A piece of the answer's text. */
  piece(text: string, by: string | undefined): string;
  /** The calls and the end. */
  end(reply: Reply): string;
  /** A failure after the first piece, when it is too late for a status. */
  failure(problem: Problem): string;
}

/**
 * Streams an answer. Nothing is sent before there is something to say, so what fails until then keeps its status. The
 * request lasts until the last piece.
 *
 * @param answer gives the pieces of the text to its argument as they come; a text that it gave no piece of is one piece
 * @throws what `answer` rejects with before the first piece
 */
export async function streamAnswer(
  kernel: ServiceKernel,
  context: ServiceContext,
  form: StreamForm,
  answer: (onDelta: (text: string) => void) => Promise<Reply>,
): Promise<Response> {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let open = true;
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      open = false;
    },
  });
  const write = (text: string): void => {
    if (open && text !== '') controller?.enqueue(encoder.encode(text));
  };

  let tellBegun = (): void => undefined;
  const firstPiece = new Promise<void>((resolve) => {
    tellBegun = resolve;
  });
  const piece = (text: string): void => {
    if (text === '') return;
    // Nobody but the fallback answers in pieces.
    const by = kernel.fallback?.modelId;
    if (!begun) write(form.opening(by));
    begun = true;
    write(form.piece(text, by));
    tellBegun();
  };

  const whole = answer(piece).then((reply) => {
    if (!begun) {
      write(form.opening(reply.by));
      if (reply.text !== '') write(form.piece(reply.text, reply.by));
    }
    write(form.end(reply));
  });
  // A failure before the first piece is thrown here, and handled like any other.
  await Promise.race([firstPiece, whole]);
  const state = context.get('state');
  state.writing = whole
    .catch((error: unknown) => {
      const problem = problemOfError(error, kernel.retryAfterSeconds());
      kernel.audit(context, { action: 'reason', outcome: 'failed', reason: problem.problem });
      if (problem.problem === 'internal') {
        const { requestId, route } = state;
        kernel.events.emit('request_failed', { requestId, route, error: redactError(error) });
      }
      write(form.failure(problem));
    })
    .finally(() => {
      if (open) controller?.close();
    });
  return new Response(body, { headers: { 'content-type': form.contentType } });
}
