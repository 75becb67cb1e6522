import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InvalidInputError } from '../core/errors.js';
import { isObject } from '../core/is-object.js';

/** What the user gave: parsed JSON, and whether it was one document or one a line. */
export interface Input {
  readonly value: unknown;
  readonly lines: boolean;
}

/** Reads a file, standard input (`-` or nothing) or JSON given as the argument itself. */
export async function readInput(argument: string | undefined): Promise<Input> {
  if (argument !== undefined && /^\s*[{[]/.test(argument)) return parseInput(argument, 'the argument');
  if (argument !== undefined && argument !== '-') return parseInput(await readText(argument), argument);
  if (process.stdin.isTTY) {
    throw new InvalidInputError('', 'expected a FILE, JSON or piped standard input; --help shows how');
  }
  return parseInput(await text(process.stdin), 'standard input');
}

/** Parses JSON, or JSON Lines where a whole document does not parse. Throws InvalidInputError naming the place. */
export function parseInput(content: string, where: string): Input {
  const trimmed = content.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') throw new InvalidInputError('', `${where} is empty; expected an alert as JSON`);
  try {
    return { value: JSON.parse(trimmed), lines: false };
  } catch (error) {
    const lines = trimmed.split('\n');
    if (lines.length === 1 || !isJson(lines[0] as string)) {
      throw new InvalidInputError('', `${where} does not hold JSON: ${(error as Error).message}`, { cause: error });
    }
    return { value: lines.flatMap((line, index) => parseLine(line, index, where)), lines: true };
  }
}

function parseLine(line: string, index: number, where: string): unknown[] {
  if (line.trim() === '') return [];
  try {
    return [JSON.parse(line)];
  } catch (error) {
    throw new InvalidInputError('', `${where}, line ${index + 1}, does not hold JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The text of a file. Throws InvalidInputError that names it. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new InvalidInputError('', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Whether an input is one alert by itself, which is answered by one object; every envelope and list is by a list. */
export function isOneAlert({ value, lines }: Input): boolean {
  return !lines && isObject(value) && 'labels' in value;
}
