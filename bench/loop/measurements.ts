import { getPath } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject, ObjectKey } from '../../src/kube/index.ts';
import type { BenchRepository } from './bench-repository.ts';

const APPLICATION: ObjectKey = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  namespace: 'argocd',
  name: 'bench',
};
export const DEPLOYMENT: ObjectKey = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  namespace: 'bench',
  name: 'web',
};
const LIMIT_MS = 60_000;

/** Milliseconds from the start of `git push` until the Application says that it has synced that commit. */
export async function pushToSynced(hub: KubeClient, repository: BenchRepository, value: string): Promise<number> {
  const commit = await repository.commit(value);
  const synced = seen(hub, APPLICATION, (object) => isSynced(object, commit));
  const started = performance.now();
  await repository.push();
  return (await synced) - started;
}

function isSynced(application: KubeObject | undefined, commit?: string): boolean {
  const revision = getPath(application, 'status', 'sync', 'revision');
  return (
    getPath(application, 'status', 'sync', 'status') === 'Synced' &&
    getPath(application, 'status', 'operationState', 'phase') === 'Succeeded' &&
    (commit === undefined || revision === commit)
  );
}

/** Waits until the Application is synced, at whatever commit. */
export async function whenSynced(hub: KubeClient): Promise<void> {
  await seen(hub, APPLICATION, (object) => isSynced(object));
}

/** Milliseconds from the start of an edit past Git until the object is as Git wants it again. */
export async function driftToHealed(cluster: KubeClient, edit: string): Promise<number> {
  const wanted = imageOf(await cluster.get(DEPLOYMENT));
  let edited = false;
  const healed = seen(cluster, DEPLOYMENT, (object) => {
    const image = imageOf(object);
    edited ||= image === edit;
    return edited && image === wanted;
  });
  const started = performance.now();
  const body = { spec: { template: { spec: { containers: [{ name: 'web', image: edit }] } } } };
  await cluster.patch(DEPLOYMENT, { type: 'strategic', body }, { fieldManager: 'kubectl-edit' });
  return (await healed) - started;
}

/** When a watch of our own first shows the object so, on the clock of `performance.now()`. */
async function seen(
  client: KubeClient,
  { name, namespace = '', ...gvk }: ObjectKey,
  holds: (object: KubeObject) => boolean,
): Promise<number> {
  let last: KubeObject | undefined;
  const stop = AbortSignal.timeout(LIMIT_MS);
  const options = { namespace, fieldSelector: `metadata.name=${name}` };
  const list = await client.list(gvk, { ...options, signal: stop });
  if (list.items.some(holds)) return performance.now();
  const resourceVersion = list.metadata.resourceVersion;
  for await (const event of client.watch(gvk, { ...options, resourceVersion, signal: stop })) {
    if (event.type === 'BOOKMARK') continue;
    if (holds(event.object)) return performance.now();
    last = event.object;
  }
  throw new Error(`${name} did not become as awaited: ${JSON.stringify(last?.['status'])}`);
}

function imageOf(object: KubeObject | undefined): unknown {
  const containers = getPath(object, 'spec', 'template', 'spec', 'containers');
  return Array.isArray(containers) ? getPath(containers[0], 'image') : undefined;
}
