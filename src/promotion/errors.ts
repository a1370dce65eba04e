import { RefusedError } from '../core/index.ts';

/** A delivery verb is not allowed as asked; the message says what is missing. */
export function refuse(message: string): never {
  throw new RefusedError(message);
}
