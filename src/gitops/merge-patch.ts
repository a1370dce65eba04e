import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';

/** The RFC 7396 patch that turns one object into another. */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const change = memberPatch(before[key], after[key]);
    if (change !== undefined) patch[key] = change;
  }
  return patch;
}

function memberPatch(before: JsonValue | undefined, after: JsonValue | undefined): JsonValue | undefined {
  if (after === undefined) return before === undefined ? undefined : null;
  if (isJsonObject(before) && isJsonObject(after)) {
    const inner = mergePatch(before, after);
    return Object.keys(inner).length === 0 ? undefined : inner;
  }
  return jsonEqual(before, after) ? undefined : after;
}
