import { RefusedError, messageOf } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { isApiError } from '../../kube/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject, ObjectKey } from '../../kube/index.ts';
import type { Promotion, PromotionPhase, ReleaseImage } from '../../promotion/index.ts';
import type { ArtefactSigner } from '../../supply-chain/index.ts';
import { signIn } from '../wire/api-client.ts';
import type { ApiClient } from '../wire/api-client.ts';
import { connectTo } from '../wire/connect.ts';
import { ENVIRONMENTS_PROJECT } from '../wire/delivery.ts';
import { buildVersion } from '../wire/images.ts';
import { PLATFORM_PROJECT } from '../wire/instance.ts';
import type { InstanceAddresses } from '../wire/instance-file.ts';
import { networkFetch } from '../wire/network.ts';
import { proposeRelease } from '../wire/propose-release.ts';
import { withMirror } from '../wire/temporary-mirror.ts';

export interface StageOptions {
  readonly instance: InstanceAddresses;
  /** Token of the forge's CI account. */
  readonly ciToken: string;
  /** What CI signs with. */
  readonly signer: ArtefactSigner;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A commit of the source repository. */
export interface SourceCommit {
  readonly sha: string;
  readonly author: string;
  readonly at: number;
}

export interface Awaited {
  readonly service: string;
  readonly environment: string;
  readonly phase: PromotionPhase;
  /** Digest of the release, or `rollback` for the promotion that takes it back. */
  readonly digest: string;
  readonly rollback?: boolean;
  readonly tell: (what: string) => void;
}

const LIMIT_MS = 120_000;
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const ENDED: ReadonlySet<string> = new Set(['Failed', 'Refused', 'Superseded']);

/** What people and machines do in the demonstration, each through the door that they have: forge, registry, page, cluster. */
export class Stage {
  readonly #options: StageOptions;
  readonly #hub: KubeClient;
  readonly #people = new Map<string, ApiClient>();

  constructor(options: StageOptions, hub: KubeClient) {
    this.#options = options;
    this.#hub = hub;
  }

  /** Commits a new version of the service to the source repository, as `author`. */
  async commit(service: string, version: string, author: string): Promise<SourceCommit> {
    const { instance, clock, signal } = this.#options;
    const password = instance.users.find(({ name }) => name === author)?.password ?? '';
    const remote = { url: `${instance.forge}/${PLATFORM_PROJECT}.git`, credentials: { username: author, password } };
    return withMirror(remote, async (mirror) => {
      await mirror.fetch(signal);
      const parent = await mirror.resolve('refs/heads/main', signal);
      const at = clock.now();
      const request = {
        ref: 'refs/heads/main',
        files: new Map([[`services/${service}/VERSION`, `${version}\n`]]),
        message: `${service} ${version}`,
        author: { name: author, email: `${author}@stoa.invalid` },
        at,
        ...(parent === undefined ? {} : { parent }),
      };
      return { sha: await mirror.push(request, signal), author, at };
    });
  }

  /** Builds, signs and pushes the image of a commit. */
  async build(service: string, tag: string, { sha, at }: SourceCommit): Promise<ReleaseImage> {
    const { instance, signer, clock, signal } = this.#options;
    const registry = new URL(instance.registry).host;
    const repository = `${instance.forge}/${PLATFORM_PROJECT}`;
    const build = { registry, service, tag, repository, commit: sha, committedAt: at };
    return buildVersion(build, { signer, clock, signal });
  }

  /** Opens the merge request that brings the image to the first environment, as CI. */
  async release(service: string, { repository, tag, digest }: ReleaseImage, commit: SourceCommit): Promise<void> {
    const { instance, ciToken, signal } = this.#options;
    const place = { forge: instance.forge, project: ENVIRONMENTS_PROJECT, token: ciToken };
    const committedAt = new Date(commit.at).toISOString();
    const source = { repository: PLATFORM_PROJECT, commit: commit.sha, author: commit.author, committedAt };
    const images = [`${repository}:${tag}@${digest}`];
    await proposeRelease(place, { service, images, source, requestedBy: commit.author, signal });
  }

  async promote(user: string, service: string, environment: string): Promise<void> {
    await (await this.#as(user)).post('/api/v1/promotions', { service, environment });
  }

  async decide(user: string, verb: 'approve' | 'deploy', { metadata }: Promotion): Promise<void> {
    await (await this.#as(user)).post(`/api/v1/promotions/${encodeURIComponent(metadata.name ?? '')}/${verb}`);
  }

  /** Waits for a promotion. @throws RefusedError when it ends otherwise, or within two minutes not at all */
  async promotion(wanted: Awaited): Promise<Promotion> {
    const watched = { client: this.#hub, gvk: deliveryKind('Promotion') };
    return this.#eventually(`${wanted.environment} to be ${wanted.phase}`, watched, async () => {
      const found = await this.#find(wanted);
      const phase = found?.status?.phase;
      if (found === undefined || phase === wanted.phase) return found;
      wanted.tell(found.status?.message ?? '');
      if (phase !== undefined && ENDED.has(phase)) throw new RefusedError(`${found.metadata.name ?? ''} is ${phase}`);
      return undefined;
    });
  }

  /** Edits the service in a cluster, past Git. @returns the milliseconds until it was put right */
  async drift(cluster: string, service: string): Promise<number> {
    const { instance, clock, signal } = this.#options;
    await using connected = await connectTo(instance, { cluster, fieldManager: 'kubectl-edit' });
    const { client } = connected;
    const { key } = await this.#deploymentOf(client, cluster, service);
    const body = { spec: { template: { spec: { containers: [{ name: service, imagePullPolicy: 'Never' }] } } } };
    await client.patch(key, { type: 'strategic', body }, { signal });
    const since = clock.now();
    await this.#eventually('the edit to be put right', { client, gvk: DEPLOYMENT }, async () =>
      JSON.stringify(await client.get(key, { signal })).includes('"Never"') ? undefined : true,
    );
    return clock.now() - since;
  }

  /** Gives the service in a cluster an image that nobody released. @throws RefusedError as the cluster's answer */
  async smuggle(cluster: string, service: string): Promise<void> {
    const { instance, signal } = this.#options;
    await using connected = await connectTo(instance, { cluster, fieldManager: 'kubectl-edit' });
    const { client } = connected;
    const { key } = await this.#deploymentOf(client, cluster, service);
    const image = `registry.invalid/stoa/edited@sha256:${'0'.repeat(64)}`;
    const body = { spec: { template: { spec: { containers: [{ name: service, image }] } } } };
    await client.patch(key, { type: 'strategic', body }, { signal }).catch((error: unknown) => {
      throw isApiError(error, 'Forbidden') ? new RefusedError(messageOf(error), { cause: error }) : error;
    });
  }

  async #deploymentOf(client: KubeClient, cluster: string, service: string): Promise<{ readonly key: ObjectKey }> {
    const { items } = await client.list(DEPLOYMENT, { signal: this.#options.signal });
    const deployment = items.find(({ metadata }) => metadata.name === service);
    if (deployment === undefined) throw new RefusedError(`There is no Deployment ${service} in ${cluster}`);
    const { namespace = '', name = '' } = deployment.metadata;
    return { key: { ...DEPLOYMENT, namespace, name } };
  }

  /** How many releases the hub has seen. */
  async releases(): Promise<number> {
    return (await this.#list('Release')).length;
  }

  async #find({ service, environment, digest, rollback = false }: Awaited): Promise<Promotion | undefined> {
    const releases = (await this.#list('Release')).filter((release) => JSON.stringify(release).includes(digest));
    const names = new Set(releases.map(({ metadata }) => metadata.name));
    const promotions = (await this.#list('Promotion')) as unknown as readonly Promotion[];
    const own = promotions.filter(({ spec }) => spec.service === service && spec.environment === environment);
    const forward = own.find(({ spec }) => names.has(spec.release) && spec.rollbackOf === undefined);
    return rollback ? own.find(({ spec }) => spec.rollbackOf === forward?.metadata.name) : forward;
  }

  async #list(kind: string): Promise<readonly KubeObject[]> {
    const { signal } = this.#options;
    return (await this.#hub.list(deliveryKind(kind), { namespace: 'argocd', signal })).items;
  }

  async #as(user: string): Promise<ApiClient> {
    const known = this.#people.get(user);
    if (known !== undefined) return known;
    const { instance, signal } = this.#options;
    const client = await signIn({ instance, user, fetch: networkFetch, signal });
    this.#people.set(user, client);
    return client;
  }

  /** Looks at once and after every change of the objects that `watched` names. @throws RefusedError after two minutes */
  async #eventually<T>(what: string, watched: Watched, look: () => Promise<T | undefined>): Promise<T> {
    const { clock, signal } = this.#options;
    const late = new AbortController();
    using _timer = clock.after(LIMIT_MS, () => late.abort());
    const stop = AbortSignal.any([signal, late.signal]);
    try {
      while (!stop.aborted) {
        const found = await firstOf(watched, look, stop);
        if (found !== undefined) return found;
      }
    } catch (error) {
      if (!late.signal.aborted) throw error;
    }
    signal.throwIfAborted();
    throw new RefusedError(`Waited ${LIMIT_MS / 1000} s for ${what}, in vain`);
  }
}

interface Watched {
  readonly client: KubeClient;
  readonly gvk: GroupVersionKind;
}

/** What `look` finds while one watch lasts. */
async function firstOf<T>(
  { client, gvk }: Watched,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const { resourceVersion } = (await client.list(gvk, { signal })).metadata;
  const now = await look();
  if (now !== undefined) return now;
  for await (const event of client.watch(gvk, { resourceVersion, signal })) {
    const found = event.type === 'BOOKMARK' ? undefined : await look();
    if (found !== undefined) return found;
  }
  return undefined;
}

function deliveryKind(kind: string): GroupVersionKind {
  return { group: 'delivery.stoa.dev', version: 'v1alpha1', kind };
}
