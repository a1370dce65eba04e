/**
 * The engine in a process of its own, so that its memory and processor time are nobody else's.
 * @module
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { networkFetch } from '../../src/cli/wire/network.ts';
import { systemClock } from '../../src/core/index.ts';
import type { Fetch } from '../../src/core/index.ts';
import { openMirror } from '../../src/git/index.ts';
import { startGitops } from '../../src/gitops/index.ts';
import type { EngineWork, GitopsEngine } from '../../src/gitops/index.ts';
import { clusterConnection, createKubeClient, loadKubeconfig } from '../../src/kube/index.ts';
import type { ClusterConnection, KubeClient } from '../../src/kube/index.ts';
import { serveParent } from '../lib/child.ts';

export interface EngineStart {
  /** Kubeconfig of the hub. */
  readonly hub: string;
  /** Where mirrors are kept. */
  readonly directory: string;
}

/** What the engine has asked of the APIs since it started. */
export interface EngineCounts extends EngineWork {
  readonly reads: number;
  /** Events apart. */
  readonly writes: number;
  readonly events: number;
}

const stack = new AsyncDisposableStack();
const counts = { reads: 0, writes: 0, events: 0 };
let engine: GitopsEngine | undefined;

function counted({ fetch }: ClusterConnection): Fetch {
  return (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input));
    if ((init?.method ?? 'GET') === 'GET') counts.reads++;
    else if (pathname.endsWith('/events')) counts.events++;
    else counts.writes++;
    return fetch(input, init);
  };
}

function clientOf(connection: ClusterConnection): KubeClient {
  stack.defer(() => connection.close());
  return createKubeClient({
    server: connection.server,
    fetch: counted(connection),
    fieldManager: 'argocd-controller',
  });
}

async function start({ hub, directory }: EngineStart): Promise<void> {
  const client = clientOf(await loadKubeconfig(hub));
  engine = stack.use(
    await startGitops({
      hub: client,
      connect: async ({ secret }) => {
        if (secret === undefined) throw new Error('The cluster is not registered');
        return clientOf(clusterConnection(secret));
      },
      mirror: (url) => openMirror({ url, directory: join(directory, 'mirror.git'), fetch: networkFetch }),
      clock: systemClock,
      signal: new AbortController().signal,
    }),
  );
}

serveParent(
  {
    start,
    changed: async (url: string) => engine?.repositoryChanged(url),
    idle: async () => engine?.idle(),
    counts: async () => ({ ...counts, ...engine?.work }),
    /** Gives back what can be given back, so that memory is what is kept. */
    settle: async () => {
      for (let turn = 0; turn < 4; turn++) {
        globalThis.gc?.();
        await sleep(200);
      }
    },
  },
  () => stack.disposeAsync(),
);
