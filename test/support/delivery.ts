import { readFile } from 'node:fs/promises';
import { artefactSigner } from '../../src/cli/wire/artefact-key.ts';
import { buildVersion } from '../../src/cli/wire/images.ts';
import { systemClock } from '../../src/core/index.ts';
import { createKubeClient, loadKubeconfig } from '../../src/kube/index.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import type { Promotion, PromotionPhase } from '../../src/promotion/index.ts';
import type { Addresses } from './running-program.ts';
import { eventually } from './tools.ts';

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

/** Where a build came from, as `release` is told. */
export const BUILD_COMMIT = 'c'.repeat(40);

/** Builds an image that holds nothing but its version, as CI does. @returns its reference by tag and digest */
export async function pushImage(
  { registry, forge }: Addresses,
  service: string,
  { tag, data }: { readonly tag: string; readonly data: string },
): Promise<string> {
  const place = { registry: new URL(registry).host, repository: `${forge}/stoa/stoa-platform` };
  const signer = await artefactSigner(data);
  const built = await buildVersion(
    { ...place, service, tag, commit: BUILD_COMMIT, committedAt: 0 },
    { signer, clock: systemClock, signal: AbortSignal.timeout(30_000) },
  );
  return `${built.repository}:${tag}@${built.digest}`;
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
