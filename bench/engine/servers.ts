/**
 * The other side of the engine in a process of its own: the APIs of a hub and of a cluster, in memory, and a forge.
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { networkFetch } from '../../src/cli/wire/network.ts';
import { systemClock } from '../../src/core/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import { serveParent, tellParent } from '../lib/child.ts';

/** Where everything is; `user` may push. */
export interface ServerAddresses {
  readonly hub: string;
  readonly cluster: string;
  readonly repository: string;
  readonly user: { readonly username: string; readonly password: string };
}

const FIELD_MANAGER = 'argocd-controller';
const USER = { username: 'bench', password: 'bench-token' };
const stack = new AsyncDisposableStack();

let seeder: KubeClient | undefined;

async function kubeconfig(name: string): Promise<string> {
  const server = stack.use(await createApiServer({ name, clock: systemClock }));
  await server.listen();
  seeder = createKubeClient({ server: 'https://cluster.invalid', fetch: server.fetch, fieldManager: FIELD_MANAGER });
  return server.kubeconfig();
}

/** Applies objects to the cluster as the engine would, without a socket. */
async function apply(objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) await seeder?.apply(object);
}

async function start(): Promise<ServerAddresses> {
  const directory = await mkdtemp(join(tmpdir(), 'stoa-bench-forge-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const forge = stack.use(
    await startForge({
      directory,
      clock: systemClock,
      fetch: networkFetch,
      authenticate: async () => undefined,
      machines: [{ name: USER.username, token: USER.password, role: 'maintainer' }],
    }),
  );
  forge.onPush(({ url }) => tellParent('push', url));
  const { url } = await forge.createProject('bench/applications');
  return { hub: await kubeconfig('hub'), cluster: await kubeconfig('cluster'), repository: url, user: USER };
}

serveParent({ start, apply }, () => stack.disposeAsync());
