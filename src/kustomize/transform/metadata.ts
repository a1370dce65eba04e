import { KustomizeError } from '../errors.ts';
import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { SharedText, assignTo, isMap, isNull } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';
import { visitField } from './visit-field.ts';

export interface PairsOptions {
  readonly pairs: Readonly<Record<string, string>>;
  readonly fieldSpecs: readonly FieldSpec[];
}

/** Adds labels or annotations: every pair to every map that a field spec leads to. */
export function transformPairs(resources: ResourceMap, options: PairsOptions): void {
  if (Object.keys(options.pairs).length === 0) return;
  for (const resource of resources.all) if (!resource.isDeleted) addPairs(resource, options);
}

export function addPairs(resource: Resource, { pairs, fieldSpecs }: PairsOptions): void {
  const { gvk, node } = resource;
  const added = new Map<string, YamlMap[]>();
  for (const spec of fieldSpecs) {
    if (!appliesTo(spec, gvk)) continue;
    visitField(node, {
      spec,
      createAs: 'map',
      visit: (slot) => {
        const value = slot.get() ?? {};
        // Left alone where nothing is to be made.
        if (isNull(value)) return;
        if (!isMap(value)) {
          throw new KustomizeError('INVALID_RESOURCE', `Cannot add to ${spec.path} of ${resource.kind}: not a map`);
        }
        for (const key of Object.keys(pairs)) {
          if (!Object.hasOwn(value, key)) remember(added, key, value);
          assignTo(value, key, pairs[key] ?? '');
        }
        slot.set(value);
      },
    });
  }
  for (const [key, maps] of added) if (maps.length > 1) share(maps, key, pairs[key] ?? '');
}

function remember(added: Map<string, YamlMap[]>, key: string, map: YamlMap): void {
  const maps = added.get(key);
  if (maps === undefined) added.set(key, [map]);
  else maps.push(map);
}

function share(maps: readonly YamlMap[], key: string, value: string): void {
  const shared = new SharedText(value);
  for (const map of maps) map[key] = shared;
}
