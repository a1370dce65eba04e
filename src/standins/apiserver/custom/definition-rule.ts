import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import type { CustomRules, KindRule } from '../ports.ts';
import { groupOf, namesOf, versionsOf } from './definition.ts';

/** Defaults and checks of CustomResourceDefinitions themselves; the schemas are up to `rules`. */
export function definitionRule(rules: CustomRules): KindRule {
  return {
    default: (definition) => withDefaults(definition),
    validate: (definition, old) => [
      ...nameErrors(definition, old),
      ...versionErrors(definition),
      ...rules.check(definition, old),
    ],
  };
}

function withDefaults(definition: KubeObject): KubeObject {
  const spec = asJson(definition)['spec'];
  if (!isJsonObject(spec)) return definition;
  const given = isJsonObject(spec['names']) ? spec['names'] : {};
  const { singular, listKind } = namesOf(definition);
  const names: JsonObject = { ...given, listKind, singular };
  return { ...definition, spec: { conversion: { strategy: 'None' }, ...spec, names } };
}

function nameErrors(definition: KubeObject, old: KubeObject | undefined): FieldError[] {
  const { plural, kind } = namesOf(definition);
  const group = groupOf(definition);
  const errors: FieldError[] = [];
  const expected = `${plural}.${group}`;
  const name = definition.metadata.name ?? '';
  if (name !== expected)
    errors.push({
      type: 'FieldValueInvalid',
      field: 'metadata.name',
      value: name,
      detail: 'must be spec.names.plural+"."+spec.group',
    });
  if (!group.includes('.'))
    errors.push({
      type: 'FieldValueInvalid',
      field: 'spec.group',
      value: group,
      detail: 'should be a domain with at least one dot',
    });
  if (kind === '') errors.push({ type: 'FieldValueRequired', field: 'spec.names.kind' });
  const scope = getPath(definition, 'spec', 'scope');
  if (scope !== 'Namespaced' && scope !== 'Cluster')
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'spec.scope',
      value: scope ?? '',
      detail: 'supported values: "Cluster", "Namespaced"',
    });
  const before = old === undefined ? scope : getPath(old, 'spec', 'scope');
  if (before !== scope)
    errors.push({ type: 'FieldValueInvalid', field: 'spec.scope', value: scope, detail: 'field is immutable' });
  if (getPath(definition, 'spec', 'conversion', 'strategy') === 'Webhook')
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'spec.conversion.strategy',
      value: 'Webhook',
      detail: 'supported values: "None"',
    });
  return errors;
}

function versionErrors(definition: KubeObject): FieldError[] {
  const versions = versionsOf(definition);
  const stored = versions.filter((version) => version['storage'] === true);
  const errors: FieldError[] = [];
  if (stored.length !== 1)
    errors.push({
      type: 'FieldValueInvalid',
      field: 'spec.versions',
      value: versions.map((version) => version['name'] ?? ''),
      detail: 'must have exactly one version marked as storage version',
    });
  for (const [index, version] of versions.entries()) {
    if (!isJsonObject(getPath(version, 'schema', 'openAPIV3Schema')))
      errors.push({
        type: 'FieldValueRequired',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        detail: 'schemas are required',
      });
  }
  return errors;
}
