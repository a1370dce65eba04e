import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { ANNOTATION } from './annotations.ts';

export function isSecret(object: KubeObject): boolean {
  return object.kind === 'Secret' && !object.apiVersion.includes('/');
}

/** A Secret's `stringData` is how `data` is written by hand. */
export function normalizeSecret(json: JsonObject): JsonObject {
  if (!isJsonObject(json['stringData'])) return json;
  const { stringData, ...rest } = json;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, encode(value)] as const);
  return { ...rest, data: { ...(isJsonObject(rest['data']) ? rest['data'] : {}), ...Object.fromEntries(encoded) } };
}

function encode(value: JsonValue): JsonValue {
  return typeof value === 'string' ? Buffer.from(value).toString('base64') : (value ?? '');
}

const MASK = '++++++++';
const STEP = '++++';

/** The sides of a comparison; either may be missing. */
export interface Sides {
  readonly target?: KubeObject;
  readonly live?: KubeObject;
}

/**
 * Secrets with their values masked, so that equal values look equal and others do not. What cannot be read is masked as
 * a whole. Other kinds are returned as they are.
 * @param annotations that hold secrets, too
 */
export function maskSecrets({ target, live }: Sides, annotations: readonly string[] = []): Sides {
  const sides = [target, live].map((side) =>
    side === undefined || side.kind !== 'Secret' ? undefined : normalizeSecret(asJson(side)),
  );
  const applied = sides.map((side) => lastApplied(side));
  const masked = maskFields([...sides, ...applied.map(({ object }) => object)], ['data']);
  const hidden = maskFields(masked, ['metadata', 'annotations'], annotations);
  const [shownTarget, shownLive] = hidden
    .slice(0, 2)
    .map((side, index) => withLastApplied(side, { ...applied[index], object: hidden[index + 2] }));
  return {
    ...(target === undefined ? {} : { target: (shownTarget ?? target) as unknown as KubeObject }),
    ...(live === undefined ? {} : { live: (shownLive ?? live) as unknown as KubeObject }),
  };
}

interface LastApplied {
  readonly object?: JsonObject | undefined;
  /** There is such an annotation, readable or not. */
  readonly present?: boolean;
}

function lastApplied(side: JsonObject | undefined): LastApplied {
  const text = annotationsOf(side)?.[ANNOTATION.lastApplied];
  if (typeof text !== 'string') return {};
  try {
    const object = JSON.parse(text) as JsonValue;
    return isJsonObject(object) ? { object: normalizeSecret(object), present: true } : { present: true };
  } catch {
    // Text that is no JSON may still hold a secret.
    return { present: true };
  }
}

function withLastApplied(
  side: JsonObject | undefined,
  { object, present = false }: LastApplied,
): JsonObject | undefined {
  const annotations = annotationsOf(side);
  if (side === undefined || annotations === undefined || !present) return side;
  if (isMask(annotations[ANNOTATION.lastApplied])) return side;
  const text = object === undefined ? MASK : JSON.stringify(object);
  return {
    ...side,
    metadata: { ...(side['metadata'] as JsonObject), annotations: { ...annotations, [ANNOTATION.lastApplied]: text } },
  };
}

function isMask(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && /^\++$/.test(value);
}

function annotationsOf(side: JsonObject | undefined): JsonObject | undefined {
  const metadata = side?.['metadata'];
  const annotations = isJsonObject(metadata) ? metadata['annotations'] : undefined;
  return isJsonObject(annotations) ? annotations : undefined;
}

/** Masks the values of one map in every side; a value gets the same mask wherever it stands under the same key. */
function maskFields(
  sides: readonly (JsonObject | undefined)[],
  path: readonly string[],
  only?: readonly string[],
): readonly (JsonObject | undefined)[] {
  const maps = sides.map((side) => mapAt(side, path));
  const keys = new Set(
    maps.flatMap((map) => Object.keys(map ?? {})).filter((key) => only === undefined || only.includes(key)),
  );
  const masked = maps.map((map) => (map === undefined ? undefined : { ...map }));
  for (const key of keys) maskKey(masked, key);
  return sides.map((side, index) => {
    const map = masked[index];
    return side === undefined || map === undefined ? side : replaceAt(side, path, map);
  });
}

function maskKey(maps: readonly (JsonObject | undefined)[], key: string): void {
  const seen: { value: JsonValue; mask: string }[] = [];
  for (const map of maps) {
    const value = map?.[key];
    if (map === undefined || value === undefined) continue;
    const known = seen.find((one) => jsonEqual(one.value, value));
    const mask = known?.mask ?? MASK + STEP.repeat(seen.length);
    if (known === undefined) seen.push({ value, mask });
    map[key] = mask;
  }
}

function mapAt(side: JsonObject | undefined, path: readonly string[]): JsonObject | undefined {
  let at: JsonValue | undefined = side;
  for (const step of path) at = isJsonObject(at) ? at[step] : undefined;
  return isJsonObject(at) ? at : undefined;
}

function replaceAt(side: JsonObject, [step = '', ...rest]: readonly string[], map: JsonObject): JsonObject {
  const below = side[step];
  return { ...side, [step]: rest.length === 0 || !isJsonObject(below) ? map : replaceAt(below, rest, map) };
}
