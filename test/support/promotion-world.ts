import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock, silentLogger, systemClock } from '../../src/core/index.ts';
import type { Clock, JsonObject } from '../../src/core/index.ts';
import { createSigner, generateSigningKey, openLedger } from '../../src/evidence/index.ts';
import type { Ledger } from '../../src/evidence/index.ts';
import { gitlabForge } from '../../src/forge/index.ts';
import type { Forge } from '../../src/forge/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import { argoCustomResourceDefinitions } from '../../src/gitops/index.ts';
import { createKubeClient } from '../../src/kube/index.ts';
import type { KubeClient } from '../../src/kube/index.ts';
import { DeliveryPass } from '../../src/promotion/delivery-pass.ts';
import { deliveryCustomResourceDefinitions, promotionName, release } from '../../src/promotion/index.ts';
import type { PipelineEnvironment, Promotion, PromotionPorts, VerbPorts } from '../../src/promotion/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { createOciClient, createVerdictCache } from '../../src/supply-chain/index.ts';
import { startForge } from '../../src/standins/forge/index.ts';
import type { ForgeServer } from '../../src/standins/forge/index.ts';

export const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  alice: ['developers'],
  bob: ['developers', 'reviewers'],
  carol: ['approvers', 'deployers'],
  dora: ['approvers'],
  erin: ['auditors'],
};
/** What releases of a digest were built from. */
export const SOURCE_COMMIT = 'c'.repeat(40);
const BOT = 'stoa-cd';
const PROJECT = 'stoa/stoa-envs';
const ENVIRONMENTS: readonly PipelineEnvironment[] = [
  { name: 'dev', path: 'envs/dev', application: 'dev', ref: 'main', sync: 'auto' },
  {
    ...{ name: 'staging', path: 'envs/staging', application: 'staging', ref: 'approved/staging', sync: 'auto' },
    approvals: { quorum: 1, groups: ['reviewers', 'approvers'] },
  },
  {
    ...{ name: 'prod', path: 'envs/prod', application: 'prod', ref: 'approved/prod', sync: 'manual' },
    approvals: { quorum: 1, groups: ['approvers'] },
    deployers: ['deployers'],
  },
];

export function digestOf(letter: string): string {
  return `sha256:${letter.repeat(64)}`;
}

export interface PromotionWorldOptions {
  /** Changes one environment of the pipelines. */
  readonly environment?: (environment: PipelineEnvironment) => PipelineEnvironment;
  /** More files for the repository, or others. */
  readonly files?: ReadonlyMap<string, string>;
  /** `host:port` that images are released from. @default none that answers */
  readonly registry?: string;
  /** Stands between the passes and what they work on. */
  readonly wrap?: (ports: PromotionPorts) => PromotionPorts;
}

/** A file, on main unless it says otherwise. */
type PushedFile = string | { readonly path: string; readonly branch: string };

interface Parts {
  readonly directory: string;
  readonly server: ApiServer;
  readonly forge: ForgeServer;
}

/** Waits for nothing: the forge is on this machine, and where it is down it stays down. */
const impatient: Clock = { now: () => Date.now(), after: (_ms, run) => systemClock.after(0, run) };

/**
 * The gate of promotions with a real forge, a real Kubernetes API and real Git, in one process. Clusters are not there:
 * an Application has what its ref has as soon as {@link settle} is called, healthy unless its image is a bad one.
 */
export class PromotionWorld implements AsyncDisposable {
  // Tokens and the forge's own times are the machine's, so the virtual clock begins there.
  readonly clock = new VirtualClock(Date.now());
  /** Digests that no environment can run. */
  readonly bad = new Set<string>();
  /** Groups by name; a test may take somebody out. */
  readonly groups = new Map(Object.entries(PEOPLE));
  readonly #directory: string;
  readonly #server: ApiServer;
  readonly #forge: ForgeServer;
  readonly #options: PromotionWorldOptions;
  readonly #signer = createSigner(generateSigningKey());
  #mirror!: Mirror;
  #ledger!: Ledger;
  #pass!: DeliveryPass;

  private constructor({ directory, server, forge }: Parts, options: PromotionWorldOptions) {
    this.#directory = directory;
    this.#server = server;
    this.#forge = forge;
    this.#options = options;
  }

  static async create(options: PromotionWorldOptions = {}): Promise<PromotionWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'stoa-promotion-'));
    const forge = await startForge({
      directory: join(directory, 'forge'),
      clock: systemClock,
      fetch,
      authenticate: async (name, password) =>
        name in PEOPLE && password === 'pw' ? { name, groups: PEOPLE[name] ?? [] } : undefined,
      verifyToken: async (token) => (token in PEOPLE ? { name: token, groups: PEOPLE[token] ?? [] } : undefined),
      machines: [
        { name: BOT, token: 'bot-token', role: 'maintainer' },
        { name: 'ci', token: 'ci-token', role: 'developer' },
      ],
    });
    const world = new PromotionWorld({ directory, server: await createApiServer(), forge }, options);
    await world.#fill();
    world.restart();
    return world;
  }

  async #fill(): Promise<void> {
    const { url } = await this.#forge.createProject(PROJECT);
    this.#mirror = await this.mirrorOf(BOT, 'bot-token');
    const main = await this.#mirror.push({ ...this.#commit(BOT), ref: 'refs/heads/main', files: this.#seedFiles() });
    for (const { ref } of ENVIRONMENTS)
      if (ref !== 'main') await this.#mirror.moveRef(`refs/heads/${ref}`, { after: main });
    this.#ledger = openLedger({ mirror: this.#mirror, signer: this.#signer, clock: this.clock });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } };
    for (const object of [namespace, ...argoCustomResourceDefinitions, ...deliveryCustomResourceDefinitions])
      await this.hub.create(object);
    const { environment = (one: PipelineEnvironment) => one } = this.#options;
    const environments = ENVIRONMENTS.map(environment);
    for (const service of ['web', 'jobs']) {
      const spec = JSON.parse(JSON.stringify({ service, images: [service], environments })) as JsonObject;
      await this.hub.create(delivery('Pipeline', service, spec));
    }
    for (const { application: name, ref, path } of environments)
      await this.hub.create({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd' },
        spec: {
          project: 'p',
          source: { repoURL: url, path, targetRevision: ref },
          destination: { name: 'in-cluster', namespace: 'shop' },
        },
      });
  }

  #seedFiles(): ReadonlyMap<string, string> {
    return new Map([...seedFiles(), ...(this.#options.files ?? [])]);
  }

  get hub(): KubeClient {
    return createKubeClient({ server: 'https://hub.test', fetch: this.#server.fetch, fieldManager: 'test' });
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  get publicKey(): string {
    return this.#signer.publicKeyPem;
  }

  /** `stoa-envs` as the delivery's own account sees it. */
  get mirror(): Mirror {
    return this.#mirror;
  }

  forgeAs(who: string): Forge {
    const account = who === BOT ? { token: 'bot-token' } : who === 'ci' ? { token: 'ci-token' } : { bearer: who };
    return gitlabForge({ baseUrl: this.#forge.url, project: PROJECT, fetch, clock: impatient, ...account });
  }

  /** A program that starts anew: nothing is remembered. */
  restart(): void {
    const ports: PromotionPorts = {
      hub: this.hub,
      connect: async () => this.hub,
      forge: this.forgeAs(BOT),
      bot: BOT,
      mirror: this.#mirror,
      ledger: this.#ledger,
      registry: createOciClient({ fetch }),
      verdicts: createVerdictCache(),
      groupsOf: async (name) => this.groups.get(name) ?? [],
      clock: this.clock,
      logger: silentLogger,
    };
    this.#pass = new DeliveryPass(this.#options.wrap?.(ports) ?? ports);
  }

  verbs(who: string): VerbPorts {
    return { hub: this.hub, forge: this.forgeAs(who), mirror: this.#mirror, ledger: this.#ledger, clock: this.clock };
  }

  actor(name: string): { readonly name: string; readonly groups: readonly string[] } {
    return { name, groups: this.groups.get(name) ?? [] };
  }

  /** CI proposes a build by alice. @param build its digest, or the letter that it consists of @returns the promotion */
  async release(service: string, tag: string, build: string): Promise<string> {
    const digest = build.startsWith('sha256:') ? build : digestOf(build);
    const { registry = 'registry.test' } = this.#options;
    const opened = await release(
      { mirror: this.#mirror, forge: this.forgeAs('ci'), clock: this.clock },
      {
        service,
        images: [`${registry}/stoa/${service}:${tag}@${digest}`],
        source: {
          repository: 'stoa/stoa-platform',
          commit: build.startsWith('sha256:') ? SOURCE_COMMIT : build.repeat(40),
          author: 'alice',
          committedAt: '2026-01-01T01:00:00+01:00',
        },
        requestedBy: 'alice',
      },
    );
    return promotionName(opened) ?? '';
  }

  /** Lets passes and Applications alternate until nothing changes any more. */
  async settle(limit = 12): Promise<void> {
    let before = '';
    for (let round = 0; round < limit; round++) {
      await this.#pass.run(AbortSignal.timeout(30_000));
      await this.#sync();
      const now = JSON.stringify((await this.promotions()).map(({ spec, status }) => [spec, status]));
      if (now === before) return;
      before = now;
      this.clock.advance(1000);
    }
    throw new Error(`Nothing settles: ${before}`);
  }

  /** Each Application runs what its ref names. */
  async #sync(): Promise<void> {
    await this.#mirror.fetch();
    for (const { application: name, ref, path } of ENVIRONMENTS) {
      const revision = await this.#mirror.resolve(`refs/heads/${ref}`);
      const text = (await this.#mirror.file(revision ?? '', `${path}/kustomization.yaml`)) ?? '';
      const broken = [...this.bad].find((digest) => text.includes(digest));
      const health = broken === undefined ? { status: 'Healthy' } : { status: 'Degraded', message: 'It crashes' };
      const key = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name };
      const status = { sync: { status: 'Synced', revision: revision ?? '' }, health };
      await this.hub.patch(key, { type: 'merge', body: { status } });
    }
  }

  async promotions(): Promise<readonly Promotion[]> {
    const gvk = { group: 'delivery.stoa.dev', version: 'v1alpha1', kind: 'Promotion' };
    return (await this.hub.list(gvk, { namespace: 'argocd' })).items as unknown as readonly Promotion[];
  }

  /** @throws Error when it is not there */
  async promotion(name: string): Promise<Promotion> {
    const found = (await this.promotions()).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`There is no promotion ${name}`);
    return found;
  }

  /** What an environment's ref gives a service. */
  async runs(environment: string, service: string): Promise<string> {
    await this.#mirror.fetch();
    const { ref, path } = ENVIRONMENTS.find(({ name }) => name === environment) ?? { ref: '', path: '' };
    const text = (await this.#mirror.file(ref, `${path}/kustomization.yaml`)) ?? '';
    return new RegExp(`name: ${service}\\n.*\\n.*\\n\\s+digest: sha256:(.)`).exec(text)?.[1] ?? '';
  }

  /** Somebody changes a file on a branch, past every merge request. */
  async push(who: string, file: PushedFile, change: (text: string) => string): Promise<string> {
    const { path, branch = 'main' } = typeof file === 'string' ? { path: file } : file;
    const ref = `refs/heads/${branch}`;
    await using mirror = await this.mirrorOf(who, 'pw');
    await mirror.fetch();
    const parent = (await mirror.resolve(ref)) ?? '';
    const text = (await mirror.file(parent, path)) ?? '';
    const sha = await mirror.push({ ...this.#commit(who), ref, parent, files: new Map([[path, change(text)]]) });
    await this.#mirror.fetch();
    return sha;
  }

  #count = 0;

  async mirrorOf(username: string, password: string): Promise<Mirror> {
    const url = `${this.#forge.url}/${PROJECT}.git`;
    const directory = join(this.#directory, `mirror-${username}-${++this.#count}`);
    return openMirror({ url, directory, credentials: { username, password }, fetch });
  }

  #commit(name: string): {
    readonly message: string;
    readonly author: { name: string; email: string };
    readonly at: number;
  } {
    return { message: 'Change', author: { name, email: `${name}@example.com` }, at: this.clock.now() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#mirror[Symbol.asyncDispose]();
    await this.#forge[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** An object of the delivery's own kinds. */
export function delivery(
  kind: string,
  name: string,
  spec: JsonObject,
): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: JsonObject } {
  return { apiVersion: 'delivery.stoa.dev/v1alpha1', kind, metadata: { name, namespace: 'argocd' }, spec };
}

function seedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const service of ['web', 'jobs']) {
    files.set(`base/${service}.yaml`, deployment(service));
    files.set(
      `argocd/pipelines/${service}.yaml`,
      JSON.stringify({
        apiVersion: 'delivery.stoa.dev/v1alpha1',
        kind: 'Pipeline',
        metadata: { name: service },
        spec: { service, images: [service], environments: ENVIRONMENTS },
      }),
    );
  }
  files.set('base/kustomization.yaml', 'resources:\n  - web.yaml\n  - jobs.yaml\n');
  for (const { path } of ENVIRONMENTS) {
    const images = ['web', 'jobs'].map(
      (name) =>
        `  - name: ${name}\n    newName: registry.test/stoa/${name}\n    newTag: 1.0.0\n    digest: ${digestOf('0')}\n`,
    );
    files.set(`${path}/kustomization.yaml`, `resources:\n  - ../../base\nimages:\n${images.join('')}`);
  }
  return files;
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: ${name}
          image: ${name}
`;
}
