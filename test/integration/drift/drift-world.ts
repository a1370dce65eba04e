import type { Fetch } from '../../../src/core/index.ts';
import { silentLogger } from '../../../src/core/index.ts';
import { DRIFT_EVENT, parseDriftEvent, startDriftGuard } from '../../../src/drift/index.ts';
import type { DriftGuardOptions, DriftRecord } from '../../../src/drift/index.ts';
import type { DriftFact, Fact, Ledger } from '../../../src/evidence/index.ts';
import type { KubeClient, KubeObject, ObjectKey, WriteOptions } from '../../../src/kube/index.ts';
import { deliveryCustomResourceDefinitions } from '../../../src/promotion/index.ts';
import { GitopsWorld, application, project } from '../../support/gitops-world.ts';
import type { ApplicationParts, WorldOptions } from '../../support/gitops-world.ts';

/** An alert as Alertmanager got it. */
interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly endsAt: string;
}

export interface DriftWorldOptions extends WorldOptions {
  readonly application?: ApplicationParts;
  /** Spec of the DriftPolicy, besides the Alertmanager. */
  readonly policy?: Readonly<Record<string, unknown>>;
  /** Files of `apps/web`. */
  readonly files: Readonly<Record<string, string>>;
}

const ALERTMANAGER = 'http://alertmanager.test';

/** The engine and the drift guard over one Application `web`, under a virtual clock. */
export class DriftWorld implements AsyncDisposable {
  readonly gitops: GitopsWorld;
  readonly facts: DriftFact[] = [];
  readonly #posts: { readonly at: number; readonly alerts: readonly Posted[] }[] = [];
  readonly #abort = new AbortController();
  #guard: AsyncDisposable | undefined;

  private constructor(gitops: GitopsWorld) {
    this.gitops = gitops;
  }

  /** Synced, and watched. */
  static async create(options: DriftWorldOptions): Promise<DriftWorld> {
    const gitops = await GitopsWorld.create(options);
    const world = new DriftWorld(gitops);
    for (const definition of deliveryCustomResourceDefinitions) await gitops.hub.create(definition);
    const spec = { ...options.policy, alerts: { alertmanager: ALERTMANAGER } };
    await gitops.hub.create(delivery('DriftPolicy', 'default', spec));
    await gitops.hub.create(project());
    const revision = world.push(options.files);
    await gitops.start();
    await gitops.hub.create(application('web', options.application));
    if (options.application?.spec?.['syncPolicy'] === undefined) await gitops.synced('web', revision);
    await world.startGuard();
    return world;
  }

  get hub(): KubeClient {
    return this.gitops.hub;
  }

  /** Commits to the folder of the Application. */
  push(files: Readonly<Record<string, string | null>>): string {
    const entries = Object.entries(files).map(([name, content]) => [`apps/web/${name}`, content]);
    return this.gitops.push(Object.fromEntries(entries) as Readonly<Record<string, string | null>>);
  }

  /** Until it has looked at everything. */
  async startGuard(options: Partial<DriftGuardOptions> = {}): Promise<void> {
    this.#guard = await startDriftGuard({
      hub: this.hub,
      connect: async (name) => Promise.resolve(this.gitops.client(name)),
      ledger: this.#ledger(),
      fetch: this.#alertmanager(),
      clock: this.gitops.clock,
      logger: silentLogger,
      signal: this.#abort.signal,
      ...options,
    });
    await this.pass(31_000);
  }

  async stopGuard(): Promise<void> {
    await this.#guard?.[Symbol.asyncDispose]();
    this.#guard = undefined;
  }

  #ledger(): Ledger {
    return {
      append: async ({ predicate }: Fact) => {
        this.facts.push(predicate as unknown as DriftFact);
        return Promise.resolve({ sequence: this.facts.length, commit: '' });
      },
      records: async () => Promise.resolve([]),
    };
  }

  #alertmanager(): Fetch {
    return async (_url, init) => {
      this.#posts.push({ at: this.gitops.clock.now(), alerts: JSON.parse(init?.body as string) as Posted[] });
      return Promise.resolve(new Response('{}'));
    };
  }

  /** Names of alerts in the order in which Alertmanager heard of them first, and of their end (`… over`). */
  alerts(): readonly string[] {
    const seen = new Map<string, 'firing' | 'over'>();
    const told: string[] = [];
    for (const { at, alerts } of this.#posts) {
      for (const { labels, endsAt } of alerts) {
        const key = JSON.stringify(labels);
        const now = Date.parse(endsAt) <= at ? 'over' : 'firing';
        if (labels['alertname'] !== 'Watchdog' && seen.get(key) !== now)
          told.push(`${labels['alertname'] ?? ''}${now === 'over' ? ' over' : ''}`);
        seen.set(key, now);
      }
    }
    return told;
  }

  /** When Alertmanager last heard that the guard lives. */
  lastBeat(): number {
    return (
      this.#posts.findLast(({ alerts }) => alerts.some(({ labels }) => labels['alertname'] === 'Watchdog'))?.at ?? 0
    );
  }

  /** Changes an object past Git, by merge patch. */
  async edit(key: ObjectKey, body: object, by: WriteOptions = {}): Promise<void> {
    await this.hub.patch(key, { type: 'merge', body: body as never }, { fieldManager: 'kubectl-edit', ...by });
  }

  async get(key: ObjectKey): Promise<KubeObject | undefined> {
    return this.hub.get(key);
  }

  async events(): Promise<readonly DriftRecord[]> {
    const { items } = await this.hub.list(DRIFT_EVENT, { namespace: 'argocd' });
    return items.flatMap((item) => parseDriftEvent(item) ?? []);
  }

  async until(condition: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
    await this.gitops.until(async () => condition(), limitMs);
  }

  /** Lets virtual time pass, in steps that leave everybody time to act. */
  async pass(ms: number): Promise<void> {
    const end = this.gitops.clock.now() + ms;
    await this.gitops.until(async () => Promise.resolve(this.gitops.clock.now() >= end), ms + 2_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopGuard();
    this.#abort.abort();
    await this.gitops[Symbol.asyncDispose]();
  }
}

/** An object of ours on the hub. */
export function delivery(kind: string, name: string, spec: Readonly<Record<string, unknown>>): KubeObject {
  return { apiVersion: 'delivery.stoa.dev/v1alpha1', kind, metadata: { name, namespace: 'argocd' }, spec };
}

/** An exception that ends `ms` from now. */
export function exception(now: number, ms: number, spec: Readonly<Record<string, unknown>>): KubeObject {
  const expires = new Date(now + ms).toISOString();
  return delivery('DriftException', 'hotfix', { owner: 'carol', reason: 'INC-1', expires, ...spec });
}
