import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson, getPath, schemaFromOpenApi } from '../../../kube/index.ts';
import type { KubeObject, ObjectSchema } from '../../../kube/index.ts';
import type { CustomRule } from '../ports.ts';
import { ALL_VERBS } from '../resources/resource-type.ts';
import type { CustomVersion, PrinterColumn, ResourceType, Subresource } from '../resources/resource-type.ts';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

/** The names that a CustomResourceDefinition asks for. */
export interface Names {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
}

export function namesOf(definition: KubeObject): Names {
  const names = objectAt(definition, 'spec', 'names');
  const kind = text(names['kind']);
  return {
    kind,
    plural: text(names['plural']),
    singular: text(names['singular']) || kind.toLowerCase(),
    listKind: text(names['listKind']) || `${kind}List`,
    shortNames: texts(names['shortNames']),
    categories: texts(names['categories']),
  };
}

export function groupOf(definition: KubeObject): string {
  return text(getPath(definition, 'spec', 'group'));
}

/** The versions of a definition, as objects. */
export function versionsOf(definition: KubeObject): readonly JsonObject[] {
  return objects(getPath(definition, 'spec', 'versions'));
}

/** What a definition serves: one resource for each served version. */
export function typesOf(definition: KubeObject): readonly ResourceType[] {
  return versionsOf(definition)
    .filter((version) => version['served'] === true)
    .map((version) => typeOf(definition, version));
}

const PRESERVE: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function typeOf(definition: KubeObject, version: JsonObject): ResourceType {
  const group = groupOf(definition);
  const names = namesOf(definition);
  const custom = customVersion(definition, version);
  let schema: ObjectSchema | undefined;
  return {
    group,
    version: text(version['name']),
    kind: names.kind,
    resource: names.plural,
    singular: names.singular,
    listKind: names.listKind,
    namespaced: getPath(definition, 'spec', 'scope') === 'Namespaced',
    shortNames: names.shortNames,
    categories: names.categories,
    verbs: ALL_VERBS,
    subresources: subresourcesOf(definition, version),
    collection: `${names.plural}.${group}`,
    generation: true,
    unconditionalUpdate: false,
    custom,
    get schema() {
      return (schema ??= schemaFromOpenApi(custom.schema ?? PRESERVE));
    },
  };
}

function customVersion(definition: KubeObject, version: JsonObject): CustomVersion {
  const openApi = getPath(version, 'schema', 'openAPIV3Schema');
  const schema = isJsonObject(openApi) ? openApi : undefined;
  const gvk = { group: groupOf(definition), version: text(version['name']), kind: namesOf(definition).kind };
  const scale = scaleOf(version);
  let compiled: CustomRule | undefined;
  return {
    definition: definition.metadata.name ?? '',
    schema,
    columns: objects(version['additionalPrinterColumns']).map(columnOf),
    selectableFields: objects(version['selectableFields']).map((field) => text(field['jsonPath']).replace(/^\./, '')),
    ...(scale === undefined ? {} : { scale }),
    ...(version['deprecated'] === true ? { deprecation: deprecationOf(definition, version) } : {}),
    rule: (rules) => (schema === undefined ? undefined : (compiled ??= rules.compile(schema, gvk))),
  };
}

function deprecationOf(definition: KubeObject, version: JsonObject): string {
  const given = version['deprecationWarning'];
  if (typeof given === 'string') return given;
  return `${groupOf(definition)}/${text(version['name'])} ${namesOf(definition).kind} is deprecated`;
}

function columnOf(column: JsonObject): PrinterColumn {
  const { format, description, priority } = column;
  return {
    name: text(column['name']),
    type: text(column['type']),
    jsonPath: text(column['jsonPath']),
    ...(typeof format === 'string' ? { format } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
  };
}

function scaleOf(version: JsonObject): CustomVersion['scale'] {
  const scale = getPath(version, 'subresources', 'scale');
  if (!isJsonObject(scale)) return undefined;
  const selector = scale['labelSelectorPath'];
  return {
    specPath: text(scale['specReplicasPath']),
    statusPath: text(scale['statusReplicasPath']),
    ...(typeof selector === 'string' ? { selectorPath: selector } : {}),
  };
}

const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

function subresourcesOf(definition: KubeObject, version: JsonObject): readonly Subresource[] {
  const own = { group: groupOf(definition), version: text(version['name']), kind: namesOf(definition).kind };
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  const has = (name: string): boolean => isJsonObject(getPath(version, 'subresources', name));
  return [
    ...(has('status') ? [{ name: 'status', kind: own, verbs: SUBRESOURCE_VERBS }] : []),
    ...(has('scale') ? [{ name: 'scale', kind: scale, verbs: SUBRESOURCE_VERBS }] : []),
  ];
}

function objectAt(definition: KubeObject, ...path: readonly string[]): JsonObject {
  const value = getPath(asJson(definition), ...path);
  return isJsonObject(value) ? value : {};
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function texts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
