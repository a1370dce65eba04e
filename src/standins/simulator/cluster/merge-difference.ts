import { isJsonObject, jsonEqual } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';

/** The JSON merge patch (RFC 7396) that makes `after` of `before`; `undefined` when they are equal. */
export function mergeDifference(before: JsonObject, after: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(after) as [string, JsonObject[string] | undefined][]) {
    const old = before[key];
    if (value === undefined || jsonEqual(old, value)) continue;
    const nested = isJsonObject(old) && isJsonObject(value) ? mergeDifference(old, value) : undefined;
    patch[key] = nested ?? value;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
