import type { ApplicationSetSpec, ParameterSet } from '../../src/gitops/applicationset/application-set.ts';
import { GENERATORS } from '../../src/gitops/applicationset/generators/generate.ts';
import type { Generate, GeneratorContext, GeneratorKind } from '../../src/gitops/applicationset/generators/generate.ts';
import type { GeneratorSources, PullRequest } from '../../src/gitops/applicationset/generators/sources.ts';
import { globMatch } from '../../src/gitops/glob.ts';
import type { KubeObject } from '../../src/kube/index.ts';

interface Failure {
  readonly error?: { readonly error: string } | null;
}

interface Answer<T> extends Failure {
  readonly for?: readonly string[];
  readonly value: T;
}

/** What a recorded generator found, in the notation of the cases. */
export interface Found extends Failure {
  readonly objects?: readonly KubeObject[] | null;
  readonly GetDirectories?: readonly Answer<readonly string[]>[];
  readonly GetFiles?: readonly Answer<Readonly<Record<string, string>>>[];
  readonly pullRequests?: readonly (PullRequest & { readonly headSHA: string })[] | null;
  readonly repositories?: readonly never[] | null;
  readonly listFails?: boolean;
  readonly cluster?: unknown;
}

interface Nested extends Failure {
  readonly mocked?: boolean;
  readonly params?: readonly ParameterSet[] | null;
  readonly environment?: Found;
}

/** What a generator finds, or, for one that holds others, what each of these gives or finds. */
export type Environment = (Found & Readonly<Record<string, Nested>>) | null;

/** Upstream's names of kinds. */
const KINDS: Readonly<Record<string, GeneratorKind>> = {
  Clusters: 'clusters',
  ClusterDecisionResource: 'clusterDecisionResource',
  Git: 'git',
  List: 'list',
  Matrix: 'matrix',
  Merge: 'merge',
  Plugin: 'plugin',
  PullRequest: 'pullRequest',
  SCMProvider: 'scmProvider',
};

export function kindOf(name: string): GeneratorKind {
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`unknown kind of generator: ${name}`);
  return kind;
}

function raise({ error }: Failure): void {
  if (error !== undefined && error !== null) throw new Error(error.error);
}

function answerFor<T>(answers: readonly Answer<T>[] = [], ...asked: readonly string[]): T {
  const found = answers.find((answer) => (answer.for ?? []).every((text) => asked.includes(text)));
  if (found === undefined) throw new Error(`nothing answers: ${asked.join(' ')}`);
  raise(found);
  return found.value;
}

function isClusterSecret({ kind, metadata }: KubeObject): boolean {
  return kind === 'Secret' && metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster';
}

export function sourcesOf(found: Found): Required<GeneratorSources> {
  const objects = found.objects ?? [];
  return {
    git: {
      directories: ({ repoUrl }) => Promise.resolve().then(() => answerFor(found.GetDirectories, repoUrl)),
      files: ({ repoUrl, pattern }) =>
        Promise.resolve().then(() => {
          const all = Object.entries(answerFor(found.GetFiles, repoUrl, pattern));
          const exact = (found.GetFiles ?? []).some((answer) => answer.for !== undefined);
          return new Map(exact ? all : all.filter(([name]) => globMatch(pattern, name, '/')));
        }),
    },
    forge: {
      pullRequests: () =>
        Promise.resolve().then(() => {
          raise(found);
          return (found.pullRequests ?? []).map((request) => ({ ...request, headSha: request.headSHA }));
        }),
      repositories: () => Promise.resolve(found.repositories ?? []),
    },
    clusters: {
      clusterSecrets: () =>
        found.listFails === true
          ? Promise.reject(new Error('could not list Secrets'))
          : Promise.resolve(objects.filter(isClusterSecret)),
      configMap: (name) => {
        const config = objects.find(
          ({ kind, metadata }) => (kind as string | undefined) === undefined && metadata.name === name,
        );
        if (config !== undefined) return Promise.resolve(config);
        return Promise.reject(new Error(`configmaps "${name}" not found`));
      },
      list: ({ apiVersion }) => Promise.resolve(objects.filter((object) => object.apiVersion === apiVersion)),
    },
  };
}

type Templating = Pick<ApplicationSetSpec, 'goTemplate' | 'goTemplateOptions' | 'template'>;

/** A context that answers as the environment says. Where it has no provider at all, upstream's test turned them off. */
export function mockedContext(spec: Templating, environment: Environment | undefined): GeneratorContext {
  const found = environment ?? {};
  const nested = Object.entries(found).flatMap(([name, entry]) => {
    const kind = KINDS[name];
    return kind === undefined ? [] : [[kind, mocked(kind, entry)] as const];
  });
  const answers = [found, ...Object.values(found).map((entry) => (entry as Nested | null)?.environment ?? {})];
  return {
    spec,
    sources: sourcesOf(Object.assign({}, ...answers) as Found),
    forgePolicy: { enabled: environment !== null, allowedApis: ['https://allowed.example.com'] },
    signal: new AbortController().signal,
    generators: Object.fromEntries(nested),
  };
}

function mocked(kind: GeneratorKind, entry: Nested): Generate {
  if (entry.mocked !== true) return GENERATORS[kind];
  return () =>
    Promise.resolve().then(() => {
      raise(entry);
      return entry.params ?? [];
    });
}
