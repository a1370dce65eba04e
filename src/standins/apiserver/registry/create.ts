import { isApiError } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster, Operation } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { alreadyExists, badRequest, forbidden, methodNotAllowed, notFound } from '../status.ts';
import { Entry } from '../store/entry.ts';
import { acceptObject, copyOf, placeObject } from './accept-object.ts';
import { admit, mutate, validate } from './admission.ts';
import { commit } from './commit.ts';
import { prepareCreate, requireValid, track } from './prepare.ts';
import { placeOf } from './read.ts';
import { objectResponse } from './render.ts';
import { writeOptions } from './write-options.ts';
import type { WriteOptions } from './write-options.ts';

/** POST to a collection. @throws ApiError */
export async function createObject(cluster: Cluster, call: Call): Promise<ApiResponse> {
  if (call.info.name !== '') throw methodNotAllowed();
  const options = writeOptions(call);
  const document = await readDocument(call.request, cluster.protobuf);
  const object = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation });
  placeObject(call, object);
  if ((object.metadata.resourceVersion ?? '') !== '')
    throw badRequest('resourceVersion should not be set on objects to be created');
  const generated = (object.metadata.name ?? '') === '' && (object.metadata.generateName ?? '') !== '';
  const entry = generated
    ? await createGenerated(cluster, call, { object, options })
    : await create(cluster, call, { object, options });
  return objectResponse(cluster, call, { entry, status: 201 });
}

export interface Creation {
  readonly object: KubeObject;
  readonly options: WriteOptions;
  /** The object already tells who manages its fields. */
  readonly tracked?: boolean;
}

const NAME_TRIES = 8;
const MAX_PREFIX = 58;

async function createGenerated(cluster: Cluster, call: Operation, creation: Creation): Promise<Entry> {
  const prefix = (creation.object.metadata.generateName ?? '').slice(0, MAX_PREFIX);
  for (let attempt = 1; ; attempt++) {
    const object = copyOf(creation.object);
    object.metadata.name = prefix + cluster.ids.suffix(5);
    try {
      return await create(cluster, call, { ...creation, object });
    } catch (error) {
      if (attempt === NAME_TRIES || !isApiError(error, 'AlreadyExists')) throw error;
    }
  }
}

/** Puts a new object through defaulting, tracking, admission and validation into the store. @throws ApiError */
export async function create(cluster: Cluster, call: Operation, creation: Creation): Promise<Entry> {
  const { type } = call;
  const { options } = creation;
  const namespace = placeOf(call);
  requireNamespace(cluster, call, creation.object.metadata.name ?? '');
  const prepared = prepareCreate(cluster, call, creation.object);
  const manager = options.fieldManager;
  const tracked = creation.tracked === true ? prepared : track(cluster, call, { updated: prepared, manager });
  const name = tracked.metadata.name ?? '';
  const write = { operation: 'CREATE', namespace, name, dryRun: options.dryRun } as const;
  const admitted = await mutate(cluster, call, { ...write, object: tracked });
  requireValid(cluster, call, { object: admitted });
  await validate(cluster, call, { ...write, object: admitted });
  const collection = cluster.store.collection(type.collection);
  if (collection.get(namespace, name) !== undefined) throw alreadyExists(type, name);
  admit(cluster, call, { ...write, object: admitted });
  const location = { collection: type.collection, namespace, name };
  const kept = type.view?.toKept(admitted) ?? admitted;
  if (options.dryRun) return dryEntry(location, kept);
  return commit(cluster, call, { location, object: kept, fieldManager: manager });
}

/** What would be stored: an entry without a resource version. */
export function dryEntry(location: Pick<Entry, 'collection' | 'namespace' | 'name'>, object: KubeObject): Entry {
  const entry = Entry.of(location, object, { resourceVersion: 0 });
  delete object.metadata.resourceVersion;
  const { header } = entry;
  return new Entry(location, { resourceVersion: 0, header, body: Buffer.from(JSON.stringify(object)) });
}

/** Objects are only created in a namespace that is there to stay. */
function requireNamespace(cluster: Cluster, call: Operation, name: string): void {
  const { type, info } = call;
  if (!type.namespaced) return;
  if (info.namespace === '') throw badRequest('an empty namespace may not be set during creation');
  const namespace = cluster.store.collection('namespaces').get('', info.namespace);
  if (namespace === undefined) throw notFound({ group: '', resource: 'namespaces' }, info.namespace);
  if (namespace.object().metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${info.namespace} because it is being terminated`;
  throw forbidden({ ...type, name }, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${info.namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}
