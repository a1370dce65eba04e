import { isLabelValue, isPathSegmentName, isQualifiedName } from '../../../kube/index.ts';
import type { KubeObject, ObjectMeta, OwnerReference } from '../../../kube/index.ts';
import { LABEL, LABEL_1035, QUALIFIED_NAME, SUBDOMAIN } from '../builtin/formats.ts';
import type { Format } from '../builtin/rules.ts';
import type { FieldError } from '../field-error.ts';
import type { ResourceType } from '../resources/resource-type.ts';

const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const PATH_SEGMENT = `may not be '.' or '..', and may not contain '/' or '%'`;

const PATH_NAME: Format = { fits: isPathSegmentName, detail: PATH_SEGMENT };
const NAME_RULES: Readonly<Record<string, Format>> = {
  namespaces: LABEL,
  services: LABEL_1035,
  'roles.rbac.authorization.k8s.io': PATH_NAME,
  'clusterroles.rbac.authorization.k8s.io': PATH_NAME,
  'rolebindings.rbac.authorization.k8s.io': PATH_NAME,
  'clusterrolebindings.rbac.authorization.k8s.io': PATH_NAME,
};

/** What is wrong with `metadata`, whatever the kind. */
export function validateMetadata(type: ResourceType, object: KubeObject): readonly FieldError[] {
  const { metadata } = object;
  return [
    ...nameErrors(type, metadata),
    ...labelErrors(metadata),
    ...annotationErrors(metadata),
    ...finalizerErrors(metadata),
    ...ownerErrors(metadata.ownerReferences ?? []),
  ];
}

function nameErrors(type: ResourceType, { name = '' }: ObjectMeta): FieldError[] {
  if (name === '')
    return [{ type: 'FieldValueRequired', field: 'metadata.name', detail: 'name or generateName is required' }];
  const rule = NAME_RULES[type.collection] ?? SUBDOMAIN;
  return rule.fits(name)
    ? []
    : [{ type: 'FieldValueInvalid', field: 'metadata.name', value: name, detail: rule.detail }];
}

function labelErrors({ labels = {} }: ObjectMeta): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const errors: FieldError[] = [];
    if (!isQualifiedName(key)) errors.push(badKey('metadata.labels', key));
    if (!isLabelValue(value))
      errors.push({ type: 'FieldValueInvalid', field: 'metadata.labels', value, detail: LABEL_VALUE });
    return errors;
  });
}

function badKey(field: string, key: string): FieldError {
  return { type: 'FieldValueInvalid', field, value: key, detail: QUALIFIED_NAME.detail };
}

const MAX_ANNOTATIONS = 256 * 1024;

function annotationErrors({ annotations = {} }: ObjectMeta): FieldError[] {
  const errors = Object.keys(annotations)
    .filter((key) => !isQualifiedName(key.toLowerCase()))
    .map((key) => badKey('metadata.annotations', key));
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) size += key.length + value.length;
  if (size > MAX_ANNOTATIONS)
    errors.push({
      type: 'FieldValueTooLong',
      field: 'metadata.annotations',
      detail: `may not be more than ${MAX_ANNOTATIONS} bytes`,
    });
  return errors;
}

function finalizerErrors({ finalizers = [] }: ObjectMeta): FieldError[] {
  return finalizers
    .filter((finalizer) => !isQualifiedName(finalizer))
    .map((finalizer) => badKey('metadata.finalizers', finalizer));
}

function ownerErrors(owners: readonly OwnerReference[]): FieldError[] {
  const errors = owners.flatMap((owner, index) => {
    const required = ['apiVersion', 'kind', 'name', 'uid'] as const;
    return required
      .filter((member) => ((owner as Partial<OwnerReference>)[member] ?? '') === '')
      .map((member): FieldError => ({
        type: 'FieldValueInvalid',
        field: `metadata.ownerReferences[${index}].${member}`,
        value: '',
        detail: `${member === 'apiVersion' ? 'version' : member} must not be empty`,
      }));
  });
  const controllers = owners.filter((owner) => owner.controller === true);
  if (controllers.length > 1)
    errors.push({
      type: 'FieldValueInvalid',
      field: 'metadata.ownerReferences',
      value: controllers.map(({ kind, name }) => `${kind}/${name}`).join(', '),
      detail: 'Only one reference can have Controller set to true',
    });
  return errors;
}

/** What may not change in `metadata` in an update. */
export function validateMetadataUpdate(object: KubeObject, live: KubeObject): readonly FieldError[] {
  if (live.metadata.deletionTimestamp === undefined) return [];
  const before = new Set(live.metadata.finalizers);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((each) => JSON.stringify(each)).join(', ');
  const why = 'no new finalizers can be added if the object is being deleted, found new finalizers';
  return [{ type: 'FieldValueForbidden', field: 'metadata.finalizers', detail: `${why} []string{${list}}` }];
}
