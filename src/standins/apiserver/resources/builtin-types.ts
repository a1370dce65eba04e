import { builtinResources, builtinSchema } from '../../../kube/index.ts';
import type { ApiResource, GroupVersionKind, ObjectSchema } from '../../../kube/index.ts';
import { groupResourceText } from '../status.ts';
import { BUILTIN_ROWS } from './builtin-rows.ts';
import type { BuiltinRow } from './builtin-rows.ts';
import { ALL_VERBS } from './resource-type.ts';
import type { ResourceType, Subresource } from './resource-type.ts';
import { eventView } from './event-view.ts';

const STATUS_VERBS = ['get', 'patch', 'update'];

/** Every built-in resource that this server has. */
export function builtinTypes(): readonly ResourceType[] {
  return builtinResources().flatMap((resource) => {
    const row = BUILTIN_ROWS[`${resource.group}/${resource.version}/${resource.kind}`];
    return row === undefined ? [] : [builtinType(resource, row)];
  });
}

function builtinType(resource: ApiResource, row: BuiltinRow): ResourceType {
  const { group, version, kind } = resource;
  const schema = builtinSchema(resource);
  if (schema === undefined) throw new Error(`Cannot serve a kind without a schema: ${kind}`);
  const isEventView = group === 'events.k8s.io';
  return {
    group,
    version,
    kind,
    resource: resource.resource,
    singular: kind.toLowerCase(),
    listKind: `${kind}List`,
    namespaced: resource.namespaced,
    shortNames: row.shortNames ?? [],
    categories: row.categories ?? [],
    verbs: row.createOnly === true ? ['create'] : ALL_VERBS,
    subresources: subresourcesOf(resource, row, schema),
    collection: isEventView ? 'events' : groupResourceText({ group, resource: resource.resource }),
    schema,
    generation: row.generation === true,
    unconditionalUpdate: true,
    ...(isEventView ? { view: eventView } : {}),
  };
}

function subresourcesOf(gvk: GroupVersionKind, row: BuiltinRow, schema: ObjectSchema): readonly Subresource[] {
  const own = (row.subresources ?? []).map(([name, kind, ...verbs]) => ({ name, kind: parseKind(kind), verbs }));
  const hasStatus = schema.fields.has('status') && row.createOnly !== true && row.noStatus !== true;
  const status = { name: 'status', kind: { group: gvk.group, version: gvk.version, kind: gvk.kind } };
  return hasStatus ? [...own, { ...status, verbs: STATUS_VERBS }] : own;
}

function parseKind(text: string): GroupVersionKind {
  const [group = '', version = '', kind = ''] = text.split('/');
  return { group, version, kind };
}
