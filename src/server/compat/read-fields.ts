import { z } from 'zod';
import { expectedMessage } from '../../domain/alert/alert-schema.js';

/** Fields that both wire formats have. Fields that they have beside these are not read. */
export const text = z.string({ error: expectedMessage('a text') });
export const flag = z.boolean({ error: expectedMessage('true or false') });
export const number = z.number({ error: expectedMessage('a number') });
export const object = z.record(z.string(), z.unknown(), { error: expectedMessage('an object') });
export const tools = z.array(z.unknown(), { error: expectedMessage('an array of tools') });

/** Tokens for a language model: a whole number of 1 or more; what stands for "no limit" is left out. */
export function tokensOf(value: number | null | undefined): number | undefined {
  return value !== null && value !== undefined && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}
