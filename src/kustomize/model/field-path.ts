import { isMap } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';

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
