import jsonpatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import { isJsonObject, messageOf } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { PatchError } from './patch-error.ts';

const MAX_OPERATIONS = 10_000;
const MAX_COPIED = 3 * 1024 * 1024;

/**
 * RFC 6902. The document is not changed.
 * @throws PatchError when the operations are malformed, a path does not exist, a `test` fails, there are over 10,000,
 *   or they copy more than 3 MiB of JSON
 */
export function applyJsonPatch(doc: JsonValue, ops: JsonValue): JsonValue {
  if (!Array.isArray(ops) || !ops.every(isJsonObject))
    throw new PatchError('Cannot apply a JSON patch: not a list of operations');
  if (ops.length > MAX_OPERATIONS) throw new PatchError(`Cannot apply a JSON patch: over ${MAX_OPERATIONS} operations`);
  let patched = structuredClone(doc);
  let copied = 0;
  for (const [index, operation] of ops.entries()) {
    copied += copiedSize(patched, operation);
    if (copied > MAX_COPIED) throw new PatchError(`Cannot apply a JSON patch: it copies over ${MAX_COPIED} characters`);
    patched = applyOne(patched, operation, index);
  }
  return patched;
}

function applyOne(doc: JsonValue, operation: JsonObject, index: number): JsonValue {
  try {
    return jsonpatch.applyOperation(doc, structuredClone(operation) as unknown as Operation, true, true, true, index)
      .newDocument;
  } catch (error) {
    throw new PatchError(`Cannot apply JSON patch operation ${index}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Copies of copies grow exponentially, so what they add is counted. */
function copiedSize(doc: JsonValue, operation: JsonObject): number {
  const { op, from } = operation;
  if (op !== 'copy' || typeof from !== 'string') return 0;
  try {
    return JSON.stringify(jsonpatch.getValueByPointer(doc, from) ?? null).length;
  } catch {
    return 0; // no such path: applying the operation says so
  }
}

/** The library's messages carry the whole document after the first line. */
function reasonOf(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}
