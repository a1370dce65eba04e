import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';

/** No vowels and no look-alikes, as `rand.SafeEncodeString` writes hashes into names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Ten characters that depend on `value` and, so that a name that is taken can be avoided, on the number of collisions.
 * Not the hash that Kubernetes computes: nobody may compare them across clusters.
 */
export function templateHash(value: JsonObject, collisions = 0): string {
  return safeHash(`${canonicalJson(value)}#${collisions}`, 10);
}

/** `length` characters of the alphabet of generated names, always the same for the same text. */
export function safeHash(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return Array.from(digest.subarray(0, length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}
