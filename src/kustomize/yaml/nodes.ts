import { KustomizeError } from '../errors.ts';
import { isMap, isNull, isScalar, textOf } from './value.ts';
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
  const hole = nullItem(node, '');
  if (hole !== undefined) {
    throw new KustomizeError(
      'INVALID_RESOURCE',
      `Empty item at ${hole} of the ${kind}${described(node)}: remove the dash`,
    );
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

/** The path of the first list that has an item without any value. */
function nullItem(value: YamlValue, path: string): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      if (isNull(item)) return path;
      const found = typeof item === 'object' ? nullItem(item, `${path}[]`) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isMap(value)) return undefined;
  for (const key in value) {
    const field = value[key];
    const found = typeof field === 'object' && field !== null ? nullItem(field, `${path}/${key}`) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
