import { splitFieldPath } from '../model/field-path.ts';
import type { Selector } from '../model/kustomization.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { compileSelector } from '../model/selector.ts';
import { isMap, textOf } from '../yaml/value.ts';
import { KustomizeError } from '../errors.ts';
import { matchPath } from './match-path.ts';
import { setNamespace } from './namespace.ts';

/** Where a value is put. */
export interface ValueTarget {
  readonly selector?: Selector;
  /** Steps separated by `/`. */
  readonly fieldPath?: string;
  /** The field holds a path: the value becomes its nth part, counted from 1. Absent or 0: it becomes the field. */
  readonly filePathPosition?: number;
}

export function transformValues(resources: ResourceMap, value: string, targets: readonly ValueTarget[]): void {
  for (const { selector, fieldPath = '', filePathPosition = 0 } of targets) {
    const selected = selector === undefined ? resources.all : resources.all.filter(compileSelector(selector));
    for (const resource of selected) addValue(resource, value, { fieldPath, filePathPosition });
  }
  resources.changed();
}

function addValue(resource: Resource, value: string, { fieldPath = '', filePathPosition = 0 }: ValueTarget): void {
  if (fieldPath === 'metadata/namespace') {
    setNamespace(resource, { namespace: value, fieldSpecs: [] });
    return;
  }
  for (const slot of matchPath(resource.node, splitFieldPath(fieldPath), { create: 'scalar' })) {
    const before = slot.get();
    if (isMap(before) || Array.isArray(before)) {
      throw new KustomizeError('INVALID_KUSTOMIZATION', `Cannot put a value into ${fieldPath}: not a scalar`);
    }
    slot.set(filePathPosition > 0 ? insertPart(textOf(before), filePathPosition - 1, value) : value);
  }
}

/** An absolute path stays absolute: its first part is the one after the slash. */
function insertPart(path: string, position: number, part: string): string {
  const parts = path === '' ? [] : path === '/' ? [''] : path.split('/');
  const at = Math.min(position, parts.length);
  const shift = parts[0] === '' && at < parts.length ? 1 : 0;
  parts.splice(at + shift, 0, part);
  return parts.join('/');
}
