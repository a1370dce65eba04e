import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import { isSelected } from '../model/identity.ts';
import type { Gvk } from '../model/identity.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { textOf } from '../yaml/value.ts';
import { scalarAt, visitField } from './visit-field.ts';

/** Kinds whose names mean something to the API, so that they never get an affix. */
const UNCHANGED: readonly Partial<Gvk>[] = [
  { kind: 'CustomResourceDefinition' },
  { group: 'apiregistration.k8s.io', kind: 'APIService' },
  { kind: 'Namespace' },
];

export interface AffixOptions {
  readonly affix: string;
  readonly fieldSpecs: readonly FieldSpec[];
}

export function transformPrefix(resources: ResourceMap, options: AffixOptions): void {
  transformAffix(resources, options, 'prefix');
}

export function transformSuffix(resources: ResourceMap, options: AffixOptions): void {
  transformAffix(resources, options, 'suffix');
}

function transformAffix(resources: ResourceMap, { affix, fieldSpecs }: AffixOptions, side: 'prefix' | 'suffix'): void {
  if (affix === '') return;
  for (const resource of resources.all) {
    const { originalId } = resource;
    if (resource.isDeleted || UNCHANGED.some((skipped) => isSelected(originalId, skipped))) continue;
    for (const spec of fieldSpecs) {
      if (!appliesTo(spec, originalId)) continue;
      if (spec.path === 'metadata/name') {
        (side === 'prefix' ? resource.prefixes : resource.suffixes).push(affix);
        resource.storeId();
      }
      visitField(resource.node, {
        spec,
        createAs: 'scalar',
        visit: (slot) => {
          const name = textOf(scalarAt(slot, spec));
          slot.set(side === 'prefix' ? affix + name : name + affix);
        },
      });
    }
  }
  resources.changed();
}
