import type { KubeClient, KubeObject } from '../../kube/index.ts';
import { RESOURCES_FINALIZER } from '../annotations.ts';
import { APPLICATION_SET_GVK } from '../application.ts';
import type { ApplicationSet, ApplicationSetSpec } from './application-set.ts';
import { isGeneratedBy } from './generated-object.ts';
import { isDeletionReversed, planRollout } from './rollout.ts';
import { SetWriter } from './set-writer.ts';

export interface SetDeletion {
  readonly owned: readonly KubeObject[];
  readonly hub: KubeClient;
  readonly signal: AbortSignal;
}

const ORPHAN = 'orphan';

/** Takes the deletion of a set one step further: its Applications go first, or are let go where the policy keeps them. */
export async function finalizeSet(object: KubeObject, { owned, hub, signal }: SetDeletion): Promise<void> {
  const { name = '', namespace = '', finalizers = [] } = object.metadata;
  if (!finalizers.includes(RESOURCES_FINALIZER)) return;
  const spec = (object['spec'] ?? {}) as ApplicationSetSpec;
  const writer = new SetWriter(hub, signal);
  const policy = spec.syncPolicy?.applicationsSync;
  if (policy === 'create-only' || policy === 'create-update' || finalizers.includes(ORPHAN)) {
    for (const application of owned) await writer.patch(application, withoutOwner(application, object));
  } else {
    const alive = owned.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const next = nextToGo({ ...object, spec }, owned);
    for (const application of alive.filter((one) => next.has(one.metadata.name ?? '')))
      await writer.remove(application);
    if (owned.length > 0) return;
  }
  const metadata = { finalizers: finalizers.filter((finalizer) => finalizer !== RESOURCES_FINALIZER) };
  await hub.patch({ ...APPLICATION_SET_GVK, name, namespace }, { type: 'merge', body: { metadata } }, { signal });
}

function withoutOwner({ metadata }: KubeObject, set: KubeObject): { readonly metadata: { ownerReferences: never } } {
  const rest = (metadata.ownerReferences ?? []).filter(
    (reference) => !isGeneratedBy({ metadata: { ownerReferences: [reference] } } as KubeObject, set),
  );
  return { metadata: { ownerReferences: rest as never } };
}

/** All at once; where the order is reversed, those of the last step that has any. */
function nextToGo(set: ApplicationSet, owned: readonly KubeObject[]): ReadonlySet<string> {
  const names = owned.map(({ metadata }) => metadata.name ?? '');
  if (!isDeletionReversed(set)) return new Set(names);
  const { appsByStep } = planRollout(set, owned);
  const stepped = new Set(appsByStep.flat());
  const outside = names.filter((name) => !stepped.has(name));
  if (outside.length > 0) return new Set(outside);
  return new Set(appsByStep.findLast((step) => step.length > 0) ?? []);
}
