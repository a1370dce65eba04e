import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';

/** RFC 7396: `null` removes, objects merge, everything else replaces. Shares what the patch does not touch. */
export function applyMergePatch(doc: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged: JsonObject = isJsonObject(doc) ? { ...doc } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else setOwn(merged, key, applyMergePatch(Object.hasOwn(merged, key) ? (merged[key] ?? null) : null, value));
  }
  return merged;
}

/** Sets a member without touching the prototype, whatever its name. */
export function setOwn(object: JsonObject, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}
