import { builtinResources, builtinSchema } from '../../../kube/index.ts';
import type { ApiResource, GroupVersionKind, ObjectSchema } from '../../../kube/index.ts';
import { groupResourceText } from '../status.ts';
import { BUILTIN_ROWS } from './builtin-rows.ts';
import type { BuiltinRow } from './builtin-rows.ts';
import { ALL_VERBS } from './resource-type.ts';
import type { ResourceType, Subresource, View } from './resource-type.ts';
import { autoscalerView } from './autoscaler-view.ts';
import { eventView } from './event-view.ts';

const STATUS_VERBS = ['get', 'patch', 'update'];

/** Kinds that are kept as another one of the same collection. */
const VIEWS: Readonly<Record<string, View>> = {
  'autoscaling/v1/HorizontalPodAutoscaler': autoscalerView,
  'events.k8s.io/v1/Event': eventView,
};

/** Every built-in resource that this server has; of one collection the kind that is kept goes first. */
export function builtinTypes(): readonly ResourceType[] {
  const types = builtinResources().flatMap((resource) => {
    const row = BUILTIN_ROWS[`${resource.group}/${resource.version}/${resource.kind}`];
    return row === undefined ? [] : [builtinType(resource, row)];
  });
  return types.toSorted((a, b) => Number(a.view !== undefined) - Number(b.view !== undefined));
}

function builtinType(resource: ApiResource, row: BuiltinRow): ResourceType {
  const { group, version, kind } = resource;
  const schema = builtinSchema(resource);
  if (schema === undefined) throw new Error(`Cannot serve a kind without a schema: ${kind}`);
  const view = VIEWS[`${group}/${version}/${kind}`];
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
    collection: view === eventView ? 'events' : groupResourceText({ group, resource: resource.resource }),
    schema,
    generation: row.generation === true,
    unconditionalUpdate: true,
    ...(view === undefined ? {} : { view }),
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
