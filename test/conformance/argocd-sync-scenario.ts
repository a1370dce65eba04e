import type { ApiResource, KubeObject } from '../../src/kube/index.ts';
import { builtinResources, gvkOf } from '../../src/kube/index.ts';
import type { HealthStatusCode, ResourceResult } from '../../src/gitops/application.ts';
import { runSyncPass, terminateSync } from '../../src/gitops/sync-pass.ts';
import type { SyncOutcome, SyncPorts } from '../../src/gitops/sync-pass.ts';
import type { ApplyRequest } from '../../src/gitops/sync-apply.ts';
import { planSync } from '../../src/gitops/sync-plan.ts';
import type { SyncInput } from '../../src/gitops/sync-plan.ts';
import { settingsFor } from '../../src/gitops/sync-options.ts';
import type { Confirmable } from '../../src/gitops/sync-options.ts';
import { objectOf, resourceKey } from '../../src/gitops/sync-task.ts';
import type { SyncTask } from '../../src/gitops/sync-task.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface Pair {
  readonly live: KubeObject | null;
  readonly target: KubeObject | null;
}

interface Command {
  readonly output?: string;
  readonly err?: { readonly error: string };
}

interface ScenarioInput {
  readonly options: readonly { readonly name: string; readonly values: readonly unknown[] }[];
  readonly resources: readonly Pair[];
  readonly hooks?: readonly KubeObject[];
  readonly namespace: string;
  readonly revision: string;
  readonly prune?: boolean;
  readonly pruneLast?: boolean;
  readonly pruneConfirmed?: boolean;
  readonly defaultPruneOption?: string | null;
  readonly applyOutOfSyncOnly?: boolean;
  readonly skipDryRunOnMissingResource?: boolean;
  readonly commands?: { readonly executeForDryRun?: boolean; readonly commands?: Readonly<Record<string, Command>> };
  readonly cluster?: { readonly objects: readonly KubeObject[] } | null;
  readonly disco?: { readonly fake: { readonly resources: readonly unknown[] } };
}

interface Step {
  readonly call: 'Sync' | 'Terminate' | 'getSyncTasks';
  readonly input: ScenarioInput;
  readonly expect: readonly Expectation[];
}

interface RecordedResult {
  readonly resourceKey: {
    readonly group?: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  };
  readonly status?: ResourceResult['status'];
  readonly hookPhase?: ResourceResult['hookPhase'];
  readonly message?: string;
  readonly syncPhase: ResourceResult['syncPhase'];
}

/** One sync, step by step: upstream's cases of its sync context, run on ours. */
export async function run(testCase: { readonly steps: readonly Step[] }): Promise<Verdict> {
  const complaints: string[] = [];
  let results: readonly ResourceResult[] = [];
  for (const step of testCase.steps) {
    const scenario = new Scenario(step.input, results);
    const given = await scenario.perform(step.call);
    results = scenario.results;
    complaints.push(...(await checkExpectations(given, step.expect, answer)));
  }
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}

class Scenario {
  readonly #input: ScenarioInput;
  readonly #last = new Map<string, ApplyRequest & { readonly command: string }>();
  #lastRequest: ApplyRequest | undefined;
  results: readonly ResourceResult[];

  constructor(input: ScenarioInput, results: readonly ResourceResult[]) {
    this.#input = input;
    const initial = this.#option('WithInitialState')?.[2] as readonly RecordedResult[] | undefined;
    this.results = initial?.map(toResult) ?? results;
  }

  #option(name: string): readonly unknown[] | undefined {
    return this.#input.options.find((option) => option.name === name)?.values;
  }

  async perform(call: Step['call']): Promise<unknown> {
    const input = this.#syncInput();
    const ports = this.#ports();
    if (call === 'getSyncTasks') {
      const { tasks, invalid } = await planSync(input, ports);
      return { tasks, successful: invalid.length === 0 };
    }
    let outcome = call === 'Sync' ? await runSyncPass(input, ports) : await terminateSync(input, ports);
    // Here as in the engine, what only waits to be written down goes on at once.
    while (outcome.toBeNoted === true) outcome = await runSyncPass({ ...input, results: outcome.resources }, ports);
    this.results = outcome.resources;
    return { ...shown(outcome), resourceOps: { last: this.#last, request: this.#lastRequest } };
  }

  #syncInput(): SyncInput {
    const input = this.#input;
    const [dryRun, prune, force, skipHooks] = (this.#option('WithOperationSettings') ?? []) as readonly boolean[];
    const base = settingsFor(
      { metadata: { name: 'app', namespace: 'argocd' }, spec: { project: '', destination: {} }, status: {} },
      {},
    );
    const namespace =
      this.#option('WithNamespaceModifier') === undefined ? undefined : namespaceObject(input.namespace);
    const checker = this.#option('WithResourceModificationChecker');
    return {
      resources: input.resources.flatMap(({ live, target }) =>
        live === null && target === null
          ? []
          : [{ ...(live === null ? {} : { live }), ...(target === null ? {} : { target }) }],
      ),
      hooks: input.hooks ?? [],
      namespace: input.namespace,
      revision: input.revision,
      startedAt: 1_600_000_000_000,
      results: this.results,
      ...(namespace === undefined ? {} : { createNamespace: { target: namespace } }),
      settings: {
        ...base,
        dryRun: dryRun === true,
        prune: input.prune ?? prune === true,
        force: force === true,
        skipHooks: skipHooks === true,
        pruneLast: input.pruneLast === true,
        pruneConfirmed: input.pruneConfirmed === true,
        pruneDefault: (input.defaultPruneOption ?? 'true') as Confirmable,
        applyOutOfSyncOnly: input.applyOutOfSyncOnly === true || checker?.[0] === true,
        skipDryRunOnMissingResource: input.skipDryRunOnMissingResource === true,
      },
    };
  }

  #ports(): SyncPorts {
    const denied = this.#option('WithPermissionValidator')?.[0] as { always?: { error: string } } | undefined;
    const healths = (this.#option('WithHealthOverride')?.[0] ?? {}) as Readonly<Record<string, HealthStatusCode>>;
    return {
      resourceFor: (object) => this.#resourceFor(object),
      refusal: () => denied?.always?.error,
      live: (object) => this.#input.cluster?.objects.find((other) => sameObject(other, object)),
      health: (object) => {
        const status = healths[object.metadata.name ?? ''];
        return status === undefined ? undefined : { status, message: 'test' };
      },
      isUnchanged: () => false,
      isOutOfSync: (task) => this.#isOutOfSync(task),
      releaseHook: () => Promise.resolve(),
      apply: (task, request) => this.#apply(task, request),
      remove: () => Promise.resolve(),
    };
  }

  #resourceFor(object: KubeObject): Promise<ApiResource | undefined> {
    const gvk = gvkOf(object);
    if (this.#input.disco !== undefined) return Promise.reject(new Error('discovery failed'));
    const builtin = builtinResources().find(({ group, kind }) => group === gvk.group && kind === gvk.kind);
    const installed = gvk.kind === 'TestCrd' ? { ...gvk, resource: 'testcrds', namespaced: true } : undefined;
    return Promise.resolve(builtin ?? installed);
  }

  #isOutOfSync(task: SyncTask): boolean {
    const diffs = (this.#option('WithResourceModificationChecker')?.[1] as { diffs?: readonly Diff[] } | undefined)
      ?.diffs;
    const diff = diffs?.find(({ normalizedLive, predictedLive }) =>
      [normalizedLive, predictedLive].some((text) => {
        const object = JSON.parse(text) as KubeObject | null;
        return object !== null && resourceKey(object) === resourceKey(objectOf(task));
      }),
    );
    return diff?.modified ?? true;
  }

  #apply(task: SyncTask, request: ApplyRequest): Promise<string> {
    const name = task.target?.metadata.name ?? '';
    const { commands, executeForDryRun } = this.#input.commands ?? {};
    const known = commands?.[name];
    if (known?.err !== undefined && (!request.dryRun || executeForDryRun === true)) {
      return Promise.reject(new Error(known.err.error));
    }
    if (!request.dryRun) {
      const command = request.replace ? (task.live === undefined ? 'create' : 'replace') : 'apply';
      this.#last.set(resourceKey(objectOf(task)), { ...request, command });
      this.#lastRequest = request;
    }
    return Promise.resolve(known?.output ?? '');
  }
}

interface Diff {
  readonly normalizedLive: string;
  readonly predictedLive: string;
  readonly modified: boolean;
}

function namespaceObject(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function sameObject(a: KubeObject, b: KubeObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

function toResult({ resourceKey: key, ...rest }: RecordedResult): ResourceResult {
  return { ...key, ...rest } as ResourceResult;
}

function shown(outcome: SyncOutcome): object {
  return {
    phase: outcome.phase,
    message: outcome.message,
    resources: outcome.resources.map(({ group, kind, namespace, name, ...rest }) => ({
      ...rest,
      resourceKey: { group, kind, namespace, name },
    })),
  };
}

interface Ops {
  readonly last: ReadonlyMap<string, ApplyRequest & { readonly command: string }>;
  readonly request: ApplyRequest | undefined;
}

/** Getters of upstream's objects, by what they are called there. */
function answer(value: unknown, name: string, args: readonly unknown[]): unknown {
  const ops = value as Ops;
  switch (name) {
    case 'GetLastResourceCommand': {
      const { group, kind, namespace, name: of } = args[0] as RecordedResult['resourceKey'];
      return ops.last.get(`${group ?? ''}/${kind}/${namespace ?? ''}/${of}`)?.command;
    }
    case 'GetLastValidate':
      return ops.request?.validate;
    case 'GetLastForce':
      return ops.request?.force;
    case 'name':
      return objectOf(value as SyncTask).metadata.name;
    case 'wave':
      return (value as SyncTask).wave;
    case 'lastWave':
      return (value as readonly SyncTask[]).at(-1)?.wave;
    default:
      return undefined;
  }
}
