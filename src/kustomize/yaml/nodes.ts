import { KustomizeError } from '../errors.ts';
import { ExactScalar, isMap, isNull, isScalar, textOf } from './value.ts';
import type { YamlMap, YamlValue } from './value.ts';

/**
 * The objects of a stream: empty documents left out, lists of objects taken apart. Items of lists come after the
 * other objects.
 * @throws KustomizeError INVALID_RESOURCE
 */
export function nodesOf(documents: readonly YamlValue[]): YamlMap[] {
  const queue = documents.flatMap(objectOf);
  const found: YamlMap[] = [];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    const kind = textOf(node['kind']);
    if (kind.endsWith('List') && 'items' in node) queue.push(...itemsOf(node, kind));
    else found.push(node);
  }
  return found;
}

function itemsOf(list: YamlMap, kind: string): YamlMap[] {
  const items = list['items'];
  if (items === undefined || isNull(items)) return [];
  if (!Array.isArray(items)) throw new KustomizeError('INVALID_RESOURCE', `Expected a list in items of the ${kind}`);
  return items.flatMap(objectOf);
}

function objectOf(value: YamlValue): YamlMap[] {
  if (isNull(value)) return [];
  if (!isMap(value)) {
    throw new KustomizeError('INVALID_RESOURCE', 'Expected an object with apiVersion, kind and metadata');
  }
  if (Object.keys(value).length === 0) return [];
  validate(value);
  return [value];
}

function validate(node: YamlMap): void {
  const kind = textOf(node['kind']);
  if (kind === '') throw new KustomizeError('INVALID_RESOURCE', `Missing kind in the object${described(node)}`);
  const odd = unprintable(node, '');
  if (odd !== undefined) {
    throw new KustomizeError('INVALID_RESOURCE', `No JSON number at ${odd} of the ${kind}${described(node)}`);
  }
  if (kind.endsWith('List')) return;
  const metadata = node['metadata'];
  if (!isMap(metadata) || !isScalar(metadata['name']) || textOf(metadata['name']) === '') {
    throw new KustomizeError('INVALID_RESOURCE', `Missing metadata.name in the object of kind ${kind}`);
  }
}

function described(node: YamlMap): string {
  const metadata = node['metadata'];
  const name = isMap(metadata) ? textOf(metadata['name']) : '';
  return name === '' ? '' : ` ${name}`;
}

/** The path of the first number that JSON cannot hold. */
function unprintable(value: YamlValue | undefined, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof ExactScalar) {
    return typeof value.value === 'number' && !Number.isFinite(value.value) ? path : undefined;
  }
  for (const key of Object.keys(value)) {
    const field = (value as YamlMap)[key];
    if (typeof field !== 'object' || field === null) continue;
    const found = unprintable(field, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
