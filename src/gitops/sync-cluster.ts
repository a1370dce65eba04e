import { isApiError } from '../kube/index.ts';
import type { ApiError, KubeObject, ObjectKey } from '../kube/index.ts';
import { HOOK_FINALIZER } from './annotations.ts';
import type { LiveCluster } from './live-cluster.ts';
import { FIELD_MANAGER } from './owned-fields.ts';
import type { ApplyPorts, ApplyRequest } from './sync-apply.ts';
import { identity } from './sync-task.ts';

export function keyOf(object: KubeObject): ObjectKey {
  const { namespace, ...rest } = identity(object);
  return namespace === '' ? rest : { ...rest, namespace };
}

/** Writes a sync's objects to a cluster. */
export function clusterWriter(
  cluster: LiveCluster,
  signal: AbortSignal,
): Pick<ApplyPorts, 'apply' | 'remove'> & {
  readonly releaseHook: (live: KubeObject) => Promise<void>;
} {
  const releaseHook = async (live: KubeObject): Promise<void> => {
    const finalizers = live.metadata.finalizers ?? [];
    if (!finalizers.includes(HOOK_FINALIZER)) return;
    const kept = finalizers.filter((finalizer) => finalizer !== HOOK_FINALIZER);
    const { resourceVersion } = live.metadata;
    const metadata = { finalizers: kept, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    try {
      const patch = { type: 'merge', body: { metadata } } as const;
      cluster.note(await cluster.client.patch(keyOf(live), patch, { signal, fieldManager: FIELD_MANAGER }));
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
    }
  };
  return {
    releaseHook,
    apply: async ({ target, live }, request) => {
      if (target === undefined) return '';
      const applied = await write(cluster, { target, live, request, signal });
      if (!request.dryRun) {
        cluster.note(applied);
        if (target.kind === 'CustomResourceDefinition') cluster.invalidate();
      }
      return describe(target, request);
    },
    remove: async (live, { propagation, dryRun }) => {
      if (!dryRun) await releaseHook(live);
      const { uid } = live.metadata;
      await cluster.client.delete(keyOf(live), {
        propagationPolicy: propagation,
        dryRun,
        signal,
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      });
      if (!dryRun) cluster.noteDeleted(live);
    },
  };
}

function describe(object: KubeObject, { dryRun, replace }: ApplyRequest): string {
  const { group, kind, name } = identity(object);
  const verb = replace ? 'replaced' : 'serverside-applied';
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name} ${verb}${dryRun ? ' (server dry run)' : ''}`;
}

interface Write {
  readonly target: KubeObject;
  readonly live: KubeObject | undefined;
  readonly request: ApplyRequest;
  readonly signal: AbortSignal;
}

async function write(cluster: LiveCluster, { target, live, request, signal }: Write): Promise<KubeObject> {
  const { client } = cluster;
  const { dryRun, force, replace } = request;
  const object = withoutServerFields(target);
  const options = { dryRun, signal, fieldManager: FIELD_MANAGER };
  if (!replace) return apply(cluster, object, { ...options, force });
  if (live === undefined) return client.create(object, options);
  if (force && !dryRun) {
    await client.delete(keyOf(live), { propagationPolicy: 'Foreground', signal });
    return client.create(object, options);
  }
  const { resourceVersion } = live.metadata;
  const versioned = resourceVersion === undefined ? object.metadata : { ...object.metadata, resourceVersion };
  return client.update({ ...object, metadata: versioned }, options);
}

interface ApplyCall {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly fieldManager: string;
}

/**
 * Fields that somebody *edited* since are taken back: that is drift. Fields that somebody else *applies* are theirs as
 * much as ours, so the conflict stands unless `force` says otherwise.
 */
async function apply({ client }: LiveCluster, object: KubeObject, call: ApplyCall): Promise<KubeObject> {
  try {
    return await client.apply(object, call);
  } catch (error) {
    if (!isApiError(error, 'Conflict') || appliers(error).length > 0 || !hasFieldConflict(error)) throw error;
    return client.apply(object, { ...call, force: true });
  }
}

function hasFieldConflict(error: ApiError): boolean {
  return (error.status.causes ?? []).some(({ reason }) => reason === 'FieldManagerConflict');
}

/** The managers of a conflict that hold their fields by server-side apply: the API names a version only for the others. */
function appliers(error: ApiError): readonly string[] {
  return (error.status.causes ?? []).flatMap(({ reason, message = '' }) => {
    const match = reason === 'FieldManagerConflict' ? /conflict with "([^"]*)"(.*)$/.exec(message) : null;
    return match === null || match[2]?.includes(' using ') === true ? [] : [match[1] ?? ''];
  });
}

const SERVER_FIELDS = [
  'creationTimestamp',
  'resourceVersion',
  'uid',
  'generation',
  'managedFields',
  'selfLink',
] as const;

/** What Git may hold of the server's own fields would only be refused. */
function withoutServerFields(object: KubeObject): KubeObject {
  const metadata = { ...object.metadata };
  for (const field of SERVER_FIELDS) Reflect.deleteProperty(metadata, field);
  return { ...object, metadata };
}
