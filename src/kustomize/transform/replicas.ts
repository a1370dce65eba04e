import { KustomizeError } from '../errors.ts';
import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { ReplicaArgs } from '../model/kustomization.ts';
import { allIds } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { looksTyped } from '../yaml/looks-typed.ts';
import type { YamlValue } from '../yaml/value.ts';
import { scalarAt, visitField } from './visit-field.ts';

/** @throws KustomizeError NO_SINGLE_TARGET when no object that can be scaled has the name */
export function transformReplicas(
  resources: ResourceMap,
  { name = '', count = 0 }: ReplicaArgs,
  fieldSpecs: readonly FieldSpec[],
): void {
  let found = false;
  for (const spec of fieldSpecs) {
    for (const resource of resources.all) {
      if (!allIds(resource).some((id) => id.name === name && appliesTo(spec, id))) continue;
      found = true;
      visitField(resource.node, {
        spec,
        createAs: 'scalar',
        visit: (slot) => slot.set(isQuoted(scalarAt(slot, spec)) ? String(count) : count),
      });
    }
  }
  if (found) return;
  const kinds = fieldSpecs.map(({ kind = '' }) => kind).join(', ');
  throw new KustomizeError(
    'NO_SINGLE_TARGET',
    `Cannot set replicas: resource with name ${name} does not match a config with the following GVK [${kinds}]`,
  );
}

/** A text that would not be one without quotes: upstream changes the text, and the quotes stay. */
function isQuoted(value: YamlValue | undefined): boolean {
  return typeof value === 'string' && looksTyped(value);
}
