import type { JsonObject } from '../../../core/index.ts';
import type { ServedVersion } from '../resources/catalog.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { SchemaWriter } from './open-api-schema.ts';

const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'].map(queryParameter);
const FORCE = { ...queryParameter('force'), schema: { type: 'boolean', uniqueItems: true } };

function queryParameter(name: string): JsonObject {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } };
}

/** The OpenAPI v3 document of one group-version. */
export function openApiDocument(group: string, { version, types }: ServedVersion): JsonObject {
  const writer = new SchemaWriter();
  const paths: JsonObject = {};
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  for (const type of types) {
    const schema = { $ref: `#/components/schemas/${writer.add(type)}` };
    const collection = `${root}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.resource}`;
    paths[collection] = collectionItem(type, schema);
    if (type.verbs.includes('get')) paths[`${collection}/{name}`] = objectItem(type, schema);
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32.0' },
    paths,
    components: { schemas: writer.schemas },
  };
}

function collectionItem(type: ResourceType, schema: JsonObject): JsonObject {
  const post = operation(type, { action: 'post', schema, parameters: WRITE_PARAMETERS });
  if (!type.verbs.includes('list')) return { post };
  return { get: operation(type, { action: 'list', schema, parameters: [] }), post };
}

function objectItem(type: ResourceType, schema: JsonObject): JsonObject {
  return {
    get: operation(type, { action: 'get', schema, parameters: [] }),
    put: operation(type, { action: 'put', schema, parameters: WRITE_PARAMETERS }),
    patch: operation(type, { action: 'patch', schema, parameters: [...WRITE_PARAMETERS, FORCE] }),
    delete: operation(type, { action: 'delete', schema, parameters: [queryParameter('dryRun')] }),
  };
}

interface Described {
  readonly action: string;
  readonly schema: JsonObject;
  readonly parameters: readonly JsonObject[];
}

function operation(type: ResourceType, { action, schema, parameters }: Described): JsonObject {
  const { group, version, kind } = type;
  return {
    operationId: `${action}${group.replace(/[^a-zA-Z0-9]/g, '')}${version}${kind}`,
    parameters: [...parameters],
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
