import {
  isApplicationNamespacePermitted,
  isDestinationPermitted,
  isSourcePermitted,
  parseProject,
} from '../../src/gitops/app-project.ts';
import type { AppProject, SyncWindow } from '../../src/gitops/app-project.ts';
import { hasMultipleSources, isZeroSource, sourcesOf } from '../../src/gitops/application.ts';
import type { Application, ApplicationSource, ApplicationSpec } from '../../src/gitops/application.ts';
import { globMatch, globMatchNegatable } from '../../src/gitops/glob.ts';
import { addHistory } from '../../src/gitops/operation.ts';
import {
  isValidAction,
  isValidObject,
  validateGroupName,
  validateProject,
} from '../../src/gitops/project-validation.ts';
import { settingsFor } from '../../src/gitops/sync-options.ts';
import { canSync, matchingWindows, validateWindow } from '../../src/gitops/sync-windows.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

type Args = Readonly<Record<string, unknown>>;
type Outcome = Readonly<Record<string, unknown>>;

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

function project(args: Args): AppProject {
  const receiver = args['receiver'] as { metadata?: Record<string, string>; spec?: unknown };
  return parseProject({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: '', ...receiver.metadata },
    spec: receiver.spec ?? {},
  });
}

/** What throws is the function's error. */
function attempt(work: () => unknown): Outcome {
  try {
    return { result: work() ?? null, error: null };
  } catch (error) {
    return { result: null, error };
  }
}

interface Cluster {
  readonly server?: string;
  readonly name?: string;
}

function destinationPermitted(args: Args): Outcome {
  const own = project(args);
  const { server = '', name = '' } = args['cluster'] as Cluster;
  const clusters = args['projectClusters'] as readonly Cluster[] | null;
  if (clusters === null) return { error: 'could not retrieve project clusters' };
  const belongs = clusters.some((one) => (one.server ?? '') === server && (one.name ?? '') === name);
  const cluster = { server, name, ...(belongs ? { project: own.name } : {}) };
  return { permitted: isDestinationPermitted(own, cluster, args['namespace'] as string), error: null };
}

function windowsCanSync(args: Args): Outcome {
  const now = Date.now();
  const started = args['operationStartTime'] as { $now: number } | null;
  const question = {
    now,
    manual: args['isManual'] === true,
    ...(started === null ? {} : { startedAt: now + started.$now * 1000 }),
  };
  const { result, error } = attempt(() => canSync(args['receiver'] as readonly SyncWindow[], question));
  return { canSync: result === true, error };
}

interface App {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly destination?: { readonly namespace?: string; readonly server?: string; readonly name?: string };
  };
}

function windowMatches(args: Args): Outcome {
  const { metadata, spec } = args['app'] as App;
  const { namespace = '', server = '', name = '' } = spec.destination ?? {};
  const subject = { application: metadata.name, namespace, cluster: { server, name } };
  return { result: matchingWindows(args['receiver'] as readonly SyncWindow[], subject) };
}

function application(spec: unknown): Application {
  return {
    metadata: { name: 'app', namespace: 'argocd' },
    spec: { project: '', destination: {}, ...(spec as object) },
    status: {},
  };
}

/** Upstream keeps the last `n` entries; ours adds one and keeps as many. */
function truncated(args: Args): Outcome {
  const n = args['n'] as number;
  const history = args['receiver'] as readonly { readonly revision?: string }[];
  const last = history.at(-1);
  const app = { ...application({ revisionHistoryLimit: n }), status: { history: history.slice(0, -1) as never } };
  if (last === undefined) return { result: [] };
  const state = { operation: {}, phase: 'Succeeded', startedAt: '' } as const;
  const kept = addHistory(app, { state, sources: [], revisions: last.revision === undefined ? [] : [last.revision] });
  return { result: kept.map(({ revision }) => (revision === undefined ? {} : { revision })) };
}

function listMatches(args: Args): Outcome {
  const { list, item, patternMatch } = args as { list: string[]; item: string; patternMatch: string };
  const kinds: Readonly<Record<string, (pattern: string) => boolean>> = {
    exact: (text) => text === item,
    glob: (pattern) => globMatch(pattern, item),
  };
  const matches = kinds[patternMatch];
  return { result: matches === undefined ? undefined : list.some(matches) };
}

const FUNCTIONS: Readonly<Record<string, (args: Args) => Outcome>> = {
  IsSourcePermitted: (args) => ({ result: isSourcePermitted(project(args), args['src'] as { repoURL: string }) }),
  IsDestinationPermitted: destinationPermitted,
  IsAppNamespacePermitted: (args) => {
    const { metadata } = args['app'] as App;
    return {
      result: isApplicationNamespacePermitted(project(args), metadata.namespace ?? '', args['controllerNs'] as string),
    };
  },
  ValidateProject: (args) => attempt(() => validateProject(project(args))),
  validateGroupName: (args) => attempt(() => validateGroupName(args['name'] as string)),
  isValidAction: (args) => ({ result: isValidAction(args['action'] as string) }),
  isValidObject: (args) => ({ result: isValidObject(args['proj'] as string, args['object'] as string) }),
  globMatch: (args) => {
    const match = args['allowNegation'] === true ? globMatchNegatable : globMatch;
    return {
      result: match(args['pattern'] as string, args['val'] as string, (args['separators'] as string[]).join('')),
    };
  },
  Match: (args) => ({
    result: globMatch(args['pattern'] as string, args['text'] as string, (args['separators'] as string[]).join('')),
  }),
  CanSync: windowsCanSync,
  Matches: windowMatches,
  Validate: (args) => attempt(() => validateWindow(args['receiver'] as SyncWindow)),
  Force: (args) => ({
    result: settingsFor(application({}), { sync: { syncStrategy: args['receiver'] as never } }).force,
  }),
  IsApplyStrategy: (args) => ({ result: settingsFor(application({}), { sync: args['receiver'] as never }).skipHooks }),
  IsZero: (args) => ({ result: isZeroSource(args['receiver'] as ApplicationSource) }),
  MatchStringInList: listMatches,
  GetSource: (args) => ({ result: sourcesOf(args['receiver'] as ApplicationSpec)[0] ?? {} }),
  GetSources: (args) => ({ result: sourcesOf(args['receiver'] as ApplicationSpec) }),
  HasMultipleSources: (args) => ({ result: hasMultipleSources(args['receiver'] as ApplicationSpec) }),
  GetRevisionHistoryLimit: (args) => {
    const { revisionHistoryLimit } = args['receiver'] as ApplicationSpec;
    const spec = revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit };
    const full = Array.from({ length: 50 }, (_, id) => ({ id, deployedAt: '' }));
    const state = { operation: {}, phase: 'Succeeded', startedAt: '' } as const;
    return {
      result: addHistory({ ...application(spec), status: { history: full } }, { state, sources: [], revisions: [] })
        .length,
    };
  },
  Trunc: truncated,
};

/** Upstream's projects, windows and small parts of its types. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const work = FUNCTIONS[testCase.function];
  if (work === undefined) return { skipped: `nothing of ours has the job of ${testCase.function}` };
  const complaints = await checkExpectations(work(testCase.args), testCase.expect);
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}
