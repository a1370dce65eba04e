import type { Inspection } from './inspect.ts';

/** Verdicts of before, for when the registry is down. A store of its own may keep them over a restart: they are plain data. */
export interface VerdictCache {
  get(key: string): CachedInspection | undefined;
  set(key: string, value: CachedInspection): void;
  delete(key: string): void;
}

export interface CachedInspection {
  readonly inspection: Inspection;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
}

/** A cache in memory; the oldest entries make room for new ones. */
export function createVerdictCache({ maxEntries = 1000 }: { readonly maxEntries?: number } = {}): VerdictCache {
  const entries = new Map<string, CachedInspection>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
  };
}
