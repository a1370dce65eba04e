import { randomBytes, randomUUID } from 'node:crypto';

/** Source of randomness, a port so that simulations are repeatable. */
export interface Ids {
  uuid(): string;
  /** `length` characters of the alphabet that Kubernetes uses for generated names (no vowels, no look-alikes). */
  suffix(length: number): string;
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

export const randomIds: Ids = {
  uuid: () => randomUUID(),
  suffix: (length) => Array.from(randomBytes(length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join(''),
};

/** A new secret for a person or a machine: 24 URL-safe characters, 144 bits. */
export function randomSecret(): string {
  return randomBytes(18).toString('base64url');
}
