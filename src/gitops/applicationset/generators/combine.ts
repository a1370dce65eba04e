import { canonicalJson } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';
import type { ParameterSet } from '../application-set.ts';
import { GeneratorError } from './generator-error.ts';
import { mergeTrees } from './parameters.ts';

/** Parameter sets by the values of the keys that they are merged by. @throws {GeneratorError} unless each is the only one */
export function byMergeKey(keys: readonly string[], sets: readonly ParameterSet[]): ReadonlyMap<string, ParameterSet> {
  if (keys.length === 0) {
    throw new GeneratorError('no merge keys were specified, Merge requires at least one');
  }
  const found = new Map<string, ParameterSet>();
  for (const set of sets) {
    const chosen = [...new Set(keys)].filter((key) => Object.hasOwn(set, key)).map((key) => [key, set[key]] as const);
    const key = canonicalJson(Object.fromEntries(chosen) as JsonValue);
    if (found.has(key)) {
      throw new GeneratorError(
        `the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was ${key}`,
      );
    }
    found.set(key, set);
  }
  return found;
}

/** The first list's sets, each overridden by those of the other lists that have the same keys. */
export function mergeByKeys(
  keys: readonly string[],
  lists: readonly (readonly ParameterSet[])[],
): readonly ParameterSet[] {
  const [base = [], ...overrides] = lists;
  const merged = new Map(byMergeKey(keys, base));
  for (const sets of overrides) {
    for (const [key, set] of byMergeKey(keys, sets)) {
      const own = merged.get(key);
      if (own !== undefined) merged.set(key, mergeTrees(own, set));
    }
  }
  return [...merged.values()];
}
