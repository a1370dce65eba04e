import { readFile } from 'node:fs/promises';
import { fetch as undiciFetch } from 'undici';
import type { Fetch } from '../../src/core/index.ts';
import { createKubeClient, loadKubeconfig } from '../../src/kube/index.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import type { Promotion, PromotionPhase } from '../../src/promotion/index.ts';
import { createOciClient, createTar } from '../../src/supply-chain/index.ts';
import type { Addresses } from './running-program.ts';
import { eventually } from './tools.ts';

const networkFetch = undiciFetch as unknown as Fetch;

export interface ClusterClient extends AsyncDisposable {
  readonly client: KubeClient;
}

/** A client of one of the program's clusters, by the kubeconfig that it printed. */
export async function connect(addresses: Addresses, cluster: keyof Addresses['clusters']): Promise<ClusterClient> {
  const connection = await loadKubeconfig(await readFile(addresses.clusters[cluster].kubeconfig, 'utf8'));
  return {
    client: createKubeClient({ ...connection, fieldManager: 'test' }),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

/** Pushes an image that holds nothing but its version. @returns its reference by tag and digest */
export async function pushImage(addresses: Addresses, service: string, tag: string): Promise<string> {
  const registry = new URL(addresses.registry).host;
  const digest = await createOciClient({ fetch: networkFetch }).pushImage({
    registry,
    repository: `stoa/${service}`,
    tag,
    layers: [createTar([{ path: 'version', content: tag }])],
    createdAt: 0,
  });
  return `${registry}/stoa/${service}:${tag}@${digest}`;
}

/** Promotions of `service` on the hub. */
export async function promotions(hub: KubeClient, service: string): Promise<readonly Promotion[]> {
  const list = await hub.list(
    { group: 'delivery.stoa.dev', version: 'v1alpha1', kind: 'Promotion' },
    { namespace: 'argocd' },
  );
  return (list.items as unknown as readonly Promotion[]).filter(({ spec }) => spec.service === service);
}

export interface Wanted {
  readonly service: string;
  readonly environment: string;
  readonly phase: PromotionPhase;
  /** Releases to leave out of account, for instance an earlier one. */
  readonly except?: readonly string[];
}

/** Waits until a promotion of a service into an environment has reached a phase. @throws Error with how it stands */
export async function promotionIn(hub: KubeClient, wanted: Wanted, limitMs = 60_000): Promise<Promotion> {
  let own: readonly Promotion[] = [];
  const look = async (): Promise<Promotion | undefined> => {
    own = await promotions(hub, wanted.service);
    return own.find((promotion) => fits(promotion, wanted));
  };
  const what = `${wanted.service} to be ${wanted.phase} in ${wanted.environment}`;
  return eventually(what, look, { limitMs }).catch((error: unknown) => {
    const stands = own.map(({ spec, status }) => `${spec.environment}: ${JSON.stringify(status)}`).join('\n');
    throw new Error(`${what}: it is not\n${stands}`, { cause: error });
  });
}

function fits({ spec, status }: Promotion, { environment, phase, except = [] }: Wanted): boolean {
  return spec.environment === environment && status?.phase === phase && !except.includes(spec.release);
}
