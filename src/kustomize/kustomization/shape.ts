import { KustomizeError } from '../errors.ts';
import { ExactScalar, isMap, isNull, isScalar, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';

/** What a field may hold. */
export type Shape =
  | 'text'
  /** Any scalar, taken as the text that it is written as. */
  | 'printed'
  | 'flag'
  | 'integer'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly open?: boolean };

/**
 * The value with the fields of `shape`, names matched without regard to case, nulls left out.
 * @throws KustomizeError INVALID_KUSTOMIZATION naming the field that does not fit
 */
export function conform(value: YamlValue, shape: Shape, path = ''): unknown {
  if (typeof shape === 'string') return conformScalar(value, shape, path);
  if ('list' in shape) {
    if (!Array.isArray(value)) throw misfit(path, 'a list');
    return value.map((item, i) => (isNull(item) ? zero(shape.list) : conform(item, shape.list, `${path}[${i}]`)));
  }
  if (!isMap(value)) throw misfit(path, 'a map');
  if ('map' in shape) return conformMap(value, shape.map, path);
  return conformFields(value, shape, path);
}

function zero(shape: Shape): unknown {
  if (shape === 'text' || shape === 'printed') return '';
  if (shape === 'flag') return false;
  return shape === 'integer' ? 0 : {};
}

function misfit(path: string, wanted: string): KustomizeError {
  return new KustomizeError('INVALID_KUSTOMIZATION', `The field ${path || '(root)'} must be ${wanted}`);
}

function conformScalar(value: YamlValue, shape: Shape & string, path: string): unknown {
  const plain = value instanceof ExactScalar ? value.value : value;
  switch (shape) {
    case 'any':
      return value;
    case 'printed':
      if (isScalar(value)) return textOf(value);
      throw misfit(path, 'a scalar');
    case 'text':
      if (typeof plain === 'string') return textOf(value);
      throw misfit(path, 'text: put it in quotes');
    case 'flag':
      if (typeof plain === 'boolean') return plain;
      throw misfit(path, 'true or false');
    default:
      if (typeof plain === 'number' && Number.isInteger(plain)) return plain;
      throw misfit(path, 'an integer');
  }
}

function conformMap(value: YamlMap, shape: Shape, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const field = value[key] ?? null;
    result[key] = isNull(field) ? zero(shape) : conform(field, shape, `${path}.${key}`);
  }
  return result;
}

interface FieldsShape {
  readonly fields: Readonly<Record<string, Shape>>;
  readonly open?: boolean;
}

function conformFields(value: YamlMap, { fields, open = false }: FieldsShape, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const name = fieldName(key, fields);
    const field = value[key] ?? null;
    if (name === undefined) {
      if (open) continue;
      throw unknownField(key, fields, path);
    }
    if (!isNull(field)) result[name] = conform(field, fields[name] ?? 'any', path === '' ? name : `${path}.${name}`);
  }
  return result;
}

function fieldName(key: string, fields: Readonly<Record<string, Shape>>): string | undefined {
  if (Object.hasOwn(fields, key)) return key;
  const lower = key.toLowerCase();
  return Object.keys(fields).find((name) => name.toLowerCase() === lower);
}

function unknownField(key: string, fields: Readonly<Record<string, Shape>>, path: string): KustomizeError {
  const place = path === '' ? '' : ` in ${path}`;
  const near = nearest(key, Object.keys(fields));
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new KustomizeError('INVALID_KUSTOMIZATION', `Unknown field "${key}"${place}${hint}`);
}

function nearest(key: string, names: readonly string[]): string | undefined {
  const scored = names.map((name) => ({ name, score: distance(key.toLowerCase(), name.toLowerCase()) }));
  const [best] = scored.sort((a, b) => a.score - b.score);
  return best !== undefined && best.score <= 3 ? best.name : undefined;
}

/** How many letters to change, add or drop. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
