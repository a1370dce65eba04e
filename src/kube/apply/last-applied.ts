import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { asJson } from '../object.ts';
import type { KubeObject } from '../object.ts';
import type { SchemaNode } from '../schema-node.ts';
import type { ApplyConflictError } from './apply-conflict.ts';
import { compareValues } from './compare.ts';
import { formatFieldPath } from './path-element.ts';
import { toFieldSet } from './to-field-set.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** The only manager that may take over what it applied on the client's side before. */
const MANAGER = 'kubectl';

interface Applied {
  readonly live?: KubeObject;
  readonly config: KubeObject;
  readonly manager: string;
  readonly schema: SchemaNode;
}

/** Whether kubectl applied all these fields before, on the client's side, and nobody has changed them since. */
export function allowedByLastApplied({ live, config, manager, schema }: Applied, error: ApplyConflictError): boolean {
  if (manager !== MANAGER || live === undefined) return false;
  const last = parse(live.metadata.annotations?.[ANNOTATION]);
  if (last?.['apiVersion'] !== config.apiVersion) return false;
  const { added, modified, removed } = compareValues(last, asJson(live), schema);
  const unchanged = toFieldSet(last, schema).difference(modified).difference(added).difference(removed);
  const fields = new Set([...unchanged.paths()].map(formatFieldPath));
  return error.conflicts.every(({ field }) => fields.has(field));
}

function parse(text: string | undefined): JsonObject | undefined {
  try {
    const value = JSON.parse(text ?? '') as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // absent or broken: nothing is known of earlier applies
  }
}

/** Keeps the annotation true for clients that still apply on their side. */
export function refreshLastApplied(object: KubeObject, { live, config, manager }: Applied): KubeObject {
  if (manager !== MANAGER || live?.metadata.annotations?.[ANNOTATION] === undefined) return object;
  const annotations = { ...object.metadata.annotations, [ANNOTATION]: lastAppliedText(config) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function lastAppliedText(config: KubeObject): string {
  const { [ANNOTATION]: _, ...annotations } = config.metadata.annotations ?? {};
  return `${JSON.stringify({ ...config, metadata: { ...config.metadata, annotations } })}\n`;
}
