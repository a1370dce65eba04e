import { isMap } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** `a/b\/c` as its steps; a slash within a step is written `\/`. */
export function splitFieldPath(path: string): string[] {
  return path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/'));
}

export function getIn(value: YamlValue | undefined, ...steps: readonly string[]): YamlValue | undefined {
  let at = value;
  for (const step of steps) {
    if (!isMap(at) || !Object.hasOwn(at, step)) return undefined;
    at = at[step];
  }
  return at;
}

/** The map at `key`, made when there is none. */
export function ensureMap(map: YamlMap, key: string): YamlMap {
  const found = map[key];
  if (isMap(found)) return found;
  const made: YamlMap = {};
  map[key] = made;
  return made;
}
