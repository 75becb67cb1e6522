import { InvalidInputError } from '../../core/errors.js';

/** Runs a reader whose errors name places below `field`. */
export function readBelow<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!InvalidInputError.isInstance(error)) throw error;
    const { path, message } = error;
    const bare = path === '' ? message : message.slice(path.length + 2);
    const place = path === '' || path.startsWith('[') ? path : `.${path}`;
    throw new InvalidInputError(`${field}${place}`, bare, { cause: error });
  }
}
