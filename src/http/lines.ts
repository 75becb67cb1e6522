import { FailedAttempt } from './failure.js';

/** Cuts text that arrives in pieces. */
export interface TextCutter {
  /** What became complete with this piece, in order. */
  push(piece: string): readonly string[];
  /** What is left once nothing more comes. */
  end(): readonly string[];
}

/**
 * Cuts at line ends (LF or CRLF) and leaves blank lines out, as newline-delimited JSON needs it.
 *
 * @param maxLineLength most characters of a line; a longer one throws FailedAttempt `bad-response`
 */
export function cutLines(maxLineLength: number): TextCutter {
  const raw = cutRawLines(maxLineLength);
  const filled = (line: string): boolean => line.trim() !== '';
  return {
    push: (piece) => raw.push(piece).filter(filled),
    end: () => raw.end().filter(filled),
  };
}

/**
 * Cuts server-sent events and gives the `data` of each; comments and other fields are left out. What is left at the
 * end counts as an event too, since some servers leave out the last blank line.
 *
 * @param maxLineLength most characters of an event; a longer one throws FailedAttempt `bad-response`
 */
export function cutEvents(maxLineLength: number): TextCutter {
  const raw = cutRawLines(maxLineLength);
  let data: string[] = [];
  let length = 0;
  const flush = (): readonly string[] => {
    const event = data.length === 0 ? [] : [data.join('\n')];
    data = [];
    length = 0;
    return event;
  };
  const take = (line: string): readonly string[] => {
    if (line === '') return flush();
    if (line === 'data' || line.startsWith('data:')) {
      data.push(line.slice(5).replace(/^ /, ''));
      length += line.length;
      if (length > maxLineLength) throw tooLong(maxLineLength);
    }
    return [];
  };
  return {
    push: (piece) => raw.push(piece).flatMap(take),
    end: () => [...raw.end().flatMap(take), ...flush()],
  };
}

function cutRawLines(maxLineLength: number): TextCutter {
  // Pieces of the unfinished line; joined once, since adding up strings per piece is what makes long lines slow.
  let pieces: string[] = [];
  let length = 0;
  const add = (piece: string): void => {
    length += piece.length;
    if (length > maxLineLength) throw tooLong(maxLineLength);
    pieces.push(piece);
  };
  const finish = (): string => {
    const line = pieces.join('');
    pieces = [];
    length = 0;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  };
  return {
    push(piece) {
      const parts = piece.split('\n');
      return parts.flatMap((part, index) => {
        add(part);
        return index < parts.length - 1 ? [finish()] : [];
      });
    },
    end: () => (length === 0 ? [] : [finish()]),
  };
}

function tooLong(maxLineLength: number): FailedAttempt {
  return new FailedAttempt('bad-response', `the server sent a line of more than ${maxLineLength} characters`);
}
