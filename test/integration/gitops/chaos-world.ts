import { VirtualClock, silentLogger } from '../../../src/core/index.ts';
import type { Fetch } from '../../../src/core/index.ts';
import { GitError } from '../../../src/git/index.ts';
import type { Mirror } from '../../../src/git/index.ts';
import { argoCustomResourceDefinitions, startGitops } from '../../../src/gitops/index.ts';
import type { ApplicationStatus, GitopsEngine } from '../../../src/gitops/index.ts';
import { createKubeClient } from '../../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/index.ts';
import { build } from '../../../src/kustomize/index.ts';
import type { FileSource } from '../../../src/kustomize/index.ts';
import { createApiServer } from '../../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../../src/standins/apiserver/index.ts';
import { ChaosFetch } from '../../support/chaos-fetch.ts';
import type { ChaosWrite } from '../../support/chaos-fetch.ts';
import {
  REPOSITORY,
  application,
  applicationKey,
  configMap,
  configMapKey,
  finishJob,
  job,
  namespace,
  project,
} from '../../support/gitops-world.ts';
import { MemoryRemote } from '../../support/memory-mirror.ts';
import { seededRandom } from '../../support/random.ts';

const CONFIG_MAP = { group: '', version: 'v1', kind: 'ConfigMap' };
const JOB = { group: 'batch', version: 'v1', kind: 'Job' };
const FOLDER = 'apps/web';
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const FOREIGN = 'foreign';
const TRACKING = 'argocd.argoproj.io/tracking-id';

/** What a commit means: the objects by name, or nothing that could be deployed. */
type Meaning = Readonly<Record<string, string>> | undefined;

interface Commit {
  readonly sha: string;
  readonly meaning: Meaning;
}

/** One seeded run of the engine against everything that may go wrong. */
export class ChaosWorld implements AsyncDisposable {
  readonly #random: () => number;
  readonly #clock = new VirtualClock();
  readonly #remote = new MemoryRemote(REPOSITORY);
  readonly #commits: Commit[] = [];
  readonly #hooks = new Map<string, number>();
  readonly #server: ApiServer;
  readonly #client: KubeClient;
  #content: Record<string, string> = { a: '0', b: '0' };
  #hasHook = true;
  #faultRate = 0;
  #gitDown = false;
  #life: { readonly engine: GitopsEngine; readonly chaos: ChaosFetch; readonly abort: AbortController } | undefined;
  /** What must never happen, and did. */
  readonly violations: string[] = [];
  kills = 0;

  private constructor(seed: number, server: ApiServer, clock: VirtualClock) {
    this.#random = seededRandom(seed);
    this.#server = server;
    this.#clock = clock;
    this.#client = clientOf(server.fetch, 'test', clock);
  }

  static async create(seed: number): Promise<ChaosWorld> {
    const clock = new VirtualClock();
    const server = await createApiServer({ name: 'hub', clock });
    const world = new ChaosWorld(seed, server, clock);
    await world.#client.create(namespace('argocd'));
    await world.#client.create(namespace('web'));
    for (const definition of argoCustomResourceDefinitions) await world.#client.create(definition);
    await world.#client.create(project());
    world.#commit();
    await world.#client.create(foreign());
    const limit = world.#chance(0.5) ? -1 : 3;
    const retry = { limit, backoff: { duration: '5s', factor: 2, maxDuration: '30s' } };
    const automated = { prune: true, selfHeal: true };
    const syncPolicy = { automated, retry, syncOptions: ['CreateNamespace=true', 'PrunePropagationPolicy=background'] };
    await world.#client.create(application('web', { spec: { syncPolicy } }));
    await world.#begin();
    return world;
  }

  /** Steps of random changes, faults and kills. */
  async rage(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      this.#faultRate = this.#chance(0.6) ? this.#random() * 0.25 : 0;
      this.#gitDown = this.#chance(0.15);
      await this.#act();
      await this.#pass(1 + Math.floor(this.#random() * 20));
      if (this.#life?.chaos.isDead === true) await this.#restart();
    }
  }

  /** Faults stop; one good commit more, and the engine has an hour of its own time to get there. */
  async settle(): Promise<void> {
    this.#faultRate = 0;
    this.#gitDown = false;
    if (this.#life !== undefined) this.#life.chaos.callsLeft = Number.POSITIVE_INFINITY;
    if (this.#life === undefined) await this.#begin();
    this.#content = { ...this.#content, last: String(this.#commits.length) };
    this.#commit();
    const { head } = this;
    const end = this.#clock.now() + 3_600_000;
    for (;;) {
      if (isSettled(await this.status(), head) && (await this.differences()).length === 0) return;
      if (this.#clock.now() > end) return;
      await this.#pass(5);
    }
  }

  async status(): Promise<ApplicationStatus> {
    const object = await this.#client.get(applicationKey('web'));
    return object?.['status'] ?? {};
  }

  get head(): string {
    return this.#commits.at(-1)?.sha ?? '';
  }

  /** Where the cluster is not what an independent rendering of the last commit says. */
  async differences(): Promise<readonly string[]> {
    const files = this.#remote.commits.get(this.head)?.files ?? {};
    const { objects } = await build(sourceOf(files), FOLDER);
    const wanted = objects.filter(({ kind }) => kind === 'ConfigMap').map(textOf);
    const { items } = await this.#client.list(CONFIG_MAP, { namespace: 'web' });
    const found = items.filter(({ metadata }) => metadata.annotations?.[TRACKING] !== undefined).map(textOf);
    const missing = wanted.filter((text) => !found.includes(text)).map((text) => `not there: ${text}`);
    const extra = found.filter((text) => !wanted.includes(text)).map((text) => `too much: ${text}`);
    const kept = await this.#client.get(configMapKey(FOREIGN));
    const lost = JSON.stringify(kept?.['data']) === '{"mine":"yes"}' ? [] : ['the object of somebody else was changed'];
    return [...missing, ...extra, ...lost];
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(from: readonly T[], fallback: T): T {
    return from[Math.floor(this.#random() * from.length)] ?? fallback;
  }

  async #act(): Promise<void> {
    const actions: readonly (() => void | Promise<void>)[] = [
      () => this.#change(),
      () => this.#change(),
      () => this.#change(),
      () => this.#commitBroken(),
      () => this.#commitEmpty(),
      () => this.#edit(),
      () => this.#remove(),
      () => this.#life?.chaos.cut(),
      () => this.#clock.advance(this.#random() * 400_000),
      () => this.#kill(),
      () => this.#kill(),
      () => undefined,
    ];
    await this.#pick(actions, () => undefined)();
  }

  #change(): void {
    const name = this.#pick(NAMES, 'a');
    const { [name]: known, ...others } = this.#content;
    if (known !== undefined && Object.keys(others).length > 0 && this.#chance(0.5)) this.#content = others;
    else this.#content = { ...this.#content, [name]: String(Math.floor(this.#random() * 100)) };
    if (this.#chance(0.2)) this.#hasHook = !this.#hasHook;
    this.#commit();
  }

  #commit(): void {
    const names = Object.keys(this.#content);
    const resources = [...names.map((name) => `${name}.yaml`), ...(this.#hasHook ? ['hook.yaml'] : [])];
    const files = Object.fromEntries(
      [...NAMES, 'last'].map((name) => {
        const value = this.#content[name];
        return [`${FOLDER}/${name}.yaml`, value === undefined ? null : configMap(name, { value })];
      }),
    );
    const hook = job('before', { 'argocd.argoproj.io/hook': 'PreSync' });
    this.#push({ ...files, ...kustomization(resources), [`${FOLDER}/hook.yaml`]: hook }, { ...this.#content });
  }

  #commitBroken(): void {
    this.#push({ [`${FOLDER}/kustomization.yaml`]: 'resources: [oops\n  - : {' }, undefined);
  }

  #commitEmpty(): void {
    this.#push(kustomization([]), undefined);
  }

  #push(files: Readonly<Record<string, string | null>>, meaning: Meaning): void {
    this.#commits.push({ sha: this.#remote.commit(files), meaning });
    if (this.#chance(0.8)) this.#life?.engine.repositoryChanged(REPOSITORY);
  }

  async #edit(): Promise<void> {
    const key = configMapKey(this.#pick(NAMES, 'a'));
    if ((await this.#client.get(key)) === undefined) return;
    await this.#client.patch(key, { type: 'merge', body: { data: { value: 'edited' } } });
  }

  async #remove(): Promise<void> {
    await this.#client.delete(configMapKey(this.#pick(NAMES, 'a')));
  }

  /** The process ends after a few calls more, whichever these are. */
  #kill(): void {
    if (this.#life !== undefined) this.#life.chaos.callsLeft = Math.floor(this.#random() * 40);
  }

  async #begin(): Promise<void> {
    const chaos = new ChaosFetch({
      inner: this.#server.fetch,
      random: this.#random,
      rate: () => this.#faultRate,
      onWrite: async (write) => this.#beforeWrite(write),
      onWritten: async (write, response) => this.#afterWrite(write, response),
    });
    const abort = new AbortController();
    // Reading what is there at the start is tried until it succeeds, as the supervisor of a process would.
    const rate = this.#faultRate;
    this.#faultRate = 0;
    const engine = await startGitops({
      hub: clientOf(chaos.fetch, 'argocd-controller', this.#clock),
      connect: () => Promise.reject(new Error('There is no other cluster')),
      mirror: async () => this.#faultyMirror(),
      clock: this.#clock,
      logger: silentLogger,
      signal: abort.signal,
      hookTimeoutSeconds: 600,
    });
    this.#faultRate = rate;
    this.#life = { engine, chaos, abort };
  }

  async #restart(): Promise<void> {
    const { engine, abort } = this.#life ?? {};
    this.#life = undefined;
    this.kills++;
    abort?.abort();
    await engine?.[Symbol.asyncDispose]();
    await this.#begin();
  }

  #faultyMirror(): Mirror {
    const check = (): void => {
      const isHit = this.#gitDown || this.#random() < this.#faultRate / 2;
      if (isHit) throw new GitError('UNREACHABLE', 'injected: the repository cannot be reached');
    };
    return new Proxy(this.#remote.mirror(), {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return async (...args: readonly unknown[]): Promise<unknown> => {
          if (name !== Symbol.asyncDispose) check();
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
  }

  /** Lets up to `turns` timers fire, with Jobs ended as their controller would. */
  async #pass(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn++) {
      await quiet();
      if (this.#chance(0.4) || this.#faultRate === 0) await this.#finishJobs();
      this.#clock.advance(Math.min(Math.max(this.#clock.nextDue ?? 10, 1), 30_000));
    }
    await quiet();
  }

  async #finishJobs(): Promise<void> {
    const { items } = await this.#client.list(JOB, { namespace: 'web' });
    const failing = this.#faultRate > 0 && this.#chance(0.1);
    for (const { metadata, status } of items as readonly (KubeObject & { readonly status?: object })[]) {
      if (JSON.stringify(status ?? {}).includes('conditions')) continue;
      await finishJob(this.#client, metadata.name ?? '', failing ? 'Failed' : 'Complete');
    }
  }

  /** Nothing may be deleted that is in the commit which the engine deploys. */
  async #beforeWrite({ method, path }: ChaosWrite): Promise<void> {
    if (method !== 'DELETE') return;
    const name = /\/configmaps\/([^/]+)$/.exec(path)?.[1];
    if (name === undefined) return;
    const { operationState, sync } = await this.status();
    const running = operationState?.phase === 'Running';
    const asked = operationState?.syncResult?.revision ?? operationState?.operation.sync?.revision;
    const from = this.#commits.findIndex(({ sha }) => sha === (running ? asked : sync?.revision));
    const deployed = running ? this.#commits.slice(from, from + 1) : this.#commits.slice(Math.max(0, from));
    const may = deployed.some(({ meaning }) => meaning !== undefined && meaning[name] === undefined);
    if (!may) this.violations.push(`deleted ${name}, which Git has at ${asked ?? 'no commit'}`);
  }

  /** A hook is created once for each try of an operation. */
  async #afterWrite({ path, method }: ChaosWrite, response: Response): Promise<void> {
    if (response.status !== 201 || !path.includes('/jobs') || method === 'DELETE') return;
    const { operationState } = await this.status();
    const key = `${operationState?.startedAt ?? ''} try ${operationState?.retryCount ?? 0}`;
    const times = (this.#hooks.get(key) ?? 0) + 1;
    this.#hooks.set(key, times);
    if (times > 1) this.violations.push(`hook created ${times} times for the operation of ${key}`);
  }

  get hookRuns(): number {
    return this.#hooks.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life?.abort.abort();
    await this.#life?.engine[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

function isSettled({ sync, operationState, health }: ApplicationStatus, head: string): boolean {
  const isSynced = sync?.status === 'Synced' && sync.revision === head;
  return isSynced && operationState?.phase === 'Succeeded' && health?.status === 'Healthy';
}

function clientOf(fetch: Fetch, fieldManager: string, clock: VirtualClock): KubeClient {
  return createKubeClient({ server: 'https://hub.test', fetch, fieldManager, clock });
}

function sourceOf(files: Readonly<Record<string, string>>): FileSource {
  return {
    read: async (path) => (files[path] === undefined ? undefined : Buffer.from(files[path])),
    isDirectory: (path) => Object.keys(files).some((name) => name.startsWith(`${path}/`)),
  };
}

function foreign(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: FOREIGN, namespace: 'web' },
    data: { mine: 'yes' },
  };
}

function kustomization(resources: readonly string[]): Readonly<Record<string, string>> {
  return { [`${FOLDER}/kustomization.yaml`]: JSON.stringify({ namespace: 'web', resources }) };
}

function textOf(object: KubeObject): string {
  return `${object.metadata.name ?? ''}=${JSON.stringify(object['data'])}`;
}

/** Until what was set off has been worked on: the stand-ins answer within a few turns of the event loop. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}
