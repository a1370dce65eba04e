import { getPath } from '../../src/kube/index.ts';

/** Whether every field of `wanted` has that value in `live`, whatever else there is. */
export function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return wanted.every((item, index) => contains(getPath(live, index), item));
  if (typeof wanted !== 'object' || wanted === null) return live === wanted;
  return Object.entries(wanted).every(([key, value]) => contains(getPath(live, key), value));
}
