import type { Ids } from '../core/index.ts';

/** A delay between `ms` and half as much again, so that many clients of one server do not come back all at once. */
export function jittered(ms: number, ids: Ids): number {
  let hash = 0;
  for (const character of ids.suffix(6)) hash = (hash * 31 + character.charCodeAt(0)) % 1_000;
  return Math.round(ms * (1 + hash / 2_000));
}
