import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, getPath, isDnsLabel } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { LABEL } from '../builtin/formats.ts';
import type { FieldError } from '../field-error.ts';
import type { CustomRules, KindRule } from '../ports.ts';
import { groupOf, namesOf, versionsOf } from './definition.ts';

/** Defaults and checks of CustomResourceDefinitions themselves; the schemas are up to `rules`. */
export function definitionRule(rules: CustomRules): KindRule {
  return {
    default: (definition) => withDefaults(definition),
    validate: (definition, old) => [
      ...nameErrors(definition),
      ...versionErrors(definition),
      ...storedErrors(definition),
      ...(old === undefined ? [] : changeErrors(definition, old)),
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

function nameErrors(definition: KubeObject): FieldError[] {
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
  if (getPath(definition, 'spec', 'conversion', 'strategy') === 'Webhook')
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'spec.conversion.strategy',
      value: 'Webhook',
      detail: 'supported values: "None"',
    });
  return errors;
}

/** Names and place of what is stored already. */
const FIXED: readonly (readonly string[])[] = [['scope'], ['group'], ['names', 'plural'], ['names', 'kind']];

function changeErrors(definition: KubeObject, old: KubeObject): FieldError[] {
  return FIXED.filter((path) => getPath(definition, 'spec', ...path) !== getPath(old, 'spec', ...path)).map((path) => ({
    type: 'FieldValueInvalid',
    field: `spec.${path.join('.')}`,
    value: getPath(definition, 'spec', ...path) ?? '',
    detail: 'field is immutable',
  }));
}

/** A version that objects may be stored in must stay until the status says that none is. */
function storedErrors(definition: KubeObject): FieldError[] {
  const stored = getPath(definition, 'status', 'storedVersions');
  const names = new Set(versionsOf(definition).map((version) => version['name']));
  const list = Array.isArray(stored) ? stored : [];
  return list.flatMap((name, index) =>
    names.has(name)
      ? []
      : [
          {
            type: 'FieldValueInvalid' as const,
            field: `status.storedVersions[${index}]`,
            value: name,
            detail: 'must appear in spec.versions',
          },
        ],
  );
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
  const seen = new Set<unknown>();
  for (const [index, version] of versions.entries()) {
    const { name } = version;
    if (typeof name !== 'string' || !isDnsLabel(name))
      errors.push({
        type: 'FieldValueInvalid',
        field: `spec.versions[${index}].name`,
        value: name ?? '',
        detail: LABEL.detail,
      });
    if (seen.has(name))
      errors.push({ type: 'FieldValueDuplicate', field: `spec.versions[${index}].name`, value: name });
    seen.add(name);
    if (!isJsonObject(getPath(version, 'schema', 'openAPIV3Schema')))
      errors.push({
        type: 'FieldValueRequired',
        field: `spec.versions[${index}].schema.openAPIV3Schema`,
        detail: 'schemas are required',
      });
  }
  return errors;
}
