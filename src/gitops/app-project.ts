import { z } from 'zod';
import type { ApiResource, KubeObject } from '../kube/index.ts';
import type { ApplicationSource } from './application.ts';
import { InvalidApplicationError } from './errors.ts';
import { globMatch, globMatchNegatable } from './glob.ts';

const groupKind = z.looseObject({
  group: z.string().default(''),
  kind: z.string().default(''),
  name: z.string().optional(),
});
const projectDestination = z.looseObject({
  server: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
});
const role = z.looseObject({
  name: z.string().default(''),
  policies: z.array(z.string()).nullable().optional(),
  groups: z.array(z.string()).nullable().optional(),
});
const syncWindow = z.looseObject({
  kind: z.string().optional(),
  schedule: z.string().optional(),
  duration: z.string().optional(),
  applications: z.array(z.string()).nullable().optional(),
  namespaces: z.array(z.string()).nullable().optional(),
  clusters: z.array(z.string()).nullable().optional(),
  manualSync: z.boolean().optional(),
  syncOverrun: z.boolean().optional(),
  timeZone: z.string().optional(),
  andOperator: z.boolean().optional(),
  description: z.string().optional(),
});

const projectSpec = z.looseObject({
  description: z.string().optional(),
  sourceRepos: z.array(z.string()).nullable().optional(),
  sourceNamespaces: z.array(z.string()).nullable().optional(),
  destinations: z.array(projectDestination).nullable().optional(),
  clusterResourceWhitelist: z.array(groupKind).nullable().optional(),
  clusterResourceBlacklist: z.array(groupKind).nullable().optional(),
  namespaceResourceWhitelist: z.array(groupKind).nullable().optional(),
  namespaceResourceBlacklist: z.array(groupKind).nullable().optional(),
  permitOnlyProjectScopedClusters: z.boolean().optional(),
  roles: z.array(role).nullable().optional(),
  syncWindows: z.array(syncWindow.nullable()).nullable().optional(),
  orphanedResources: z
    .looseObject({
      warn: z.boolean().optional(),
      ignore: z
        .array(
          z.looseObject({ group: z.string().optional(), kind: z.string().optional(), name: z.string().optional() }),
        )
        .optional(),
    })
    .nullable()
    .optional(),
});

export type AppProjectSpec = z.infer<typeof projectSpec>;
export type SyncWindow = z.infer<typeof syncWindow>;
type GroupKind = z.infer<typeof groupKind>;
type ProjectDestination = z.infer<typeof projectDestination>;

/** What an `AppProject` allows. */
export interface AppProject {
  readonly name: string;
  readonly namespace: string;
  readonly spec: AppProjectSpec;
}

/** Where objects go: a cluster by both of its names. */
export interface ClusterRef {
  readonly server: string;
  readonly name: string;
  /** The project that the cluster's Secret is reserved for. */
  readonly project?: string;
}

/** @throws InvalidApplicationError when a field has the wrong type */
export function parseProject(object: KubeObject): AppProject {
  const spec = projectSpec.safeParse(object['spec'] ?? {});
  if (!spec.success) {
    const [issue] = spec.error.issues;
    throw new InvalidApplicationError(
      `AppProject spec.${(issue?.path ?? []).join('.')}: ${issue?.message ?? 'invalid'}`,
    );
  }
  return { name: object.metadata.name ?? '', namespace: object.metadata.namespace ?? '', spec: spec.data };
}

/** One spelling for the URLs of a Git repository: lower case, no `.git`, no trailing slash, `user@host:path` as `ssh://`. */
export function normalizeRepositoryUrl(url: string): string {
  let text = url.trim().toLowerCase();
  if (text === '') return '';
  const scp = /^([^/@:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(text);
  if (scp !== null && !text.includes('://')) text = `ssh://${scp[1] ?? ''}${scp[2] ?? ''}/${scp[3] ?? ''}`;
  return text.replace(/\/+$/, '').replace(/\.git$/, '');
}

const isDenial = (pattern: string | undefined): boolean => pattern?.startsWith('!') === true;

/** Whether manifests may come from the source's repository. A matching `!` entry wins over everything. */
export function isSourcePermitted(project: AppProject, source: Pick<ApplicationSource, 'repoURL'>): boolean {
  const url = normalizeRepositoryUrl(source.repoURL);
  let permitted = false;
  for (const entry of project.spec.sourceRepos ?? []) {
    const denies = isDenial(entry);
    const pattern = denies ? `!${normalizeRepositoryUrl(entry.slice(1))}` : normalizeRepositoryUrl(entry);
    if (globMatchNegatable(pattern, url, '/') || entry === '*') permitted = true;
    else if (denies) return false;
  }
  return permitted;
}

type Verdict = 'permits' | 'denies' | 'silent';

/** What one entry of the destinations says of a place. */
function judge(entry: ProjectDestination, cluster: ClusterRef, namespace: string): Verdict {
  const { name = '', server = '', namespace: spaces = '' } = entry;
  const inCluster = matchesEither([name, cluster.name], [server, cluster.server]);
  const inNamespace = globMatchNegatable(spaces, namespace);
  if (inCluster && inNamespace) return 'permits';
  const denials = inNamespace ? [name, server] : inCluster ? [spaces] : [];
  return denials.some(isDenial) ? 'denies' : 'silent';
}

function matchesEither(...pairs: readonly (readonly [pattern: string, text: string])[]): boolean {
  return pairs.some(([pattern, text]) => text !== '' && globMatchNegatable(pattern, text));
}

/** Whether objects may go to `namespace` of the cluster. A matching `!` entry wins over everything. */
export function isDestinationPermitted(project: AppProject, cluster: ClusterRef, namespace: string): boolean {
  if (project.spec.permitOnlyProjectScopedClusters === true && cluster.project !== project.name) return false;
  const verdicts = (project.spec.destinations ?? []).map((entry) => judge(entry, cluster, namespace));
  return verdicts.includes('permits') && !verdicts.includes('denies');
}

function listed(
  list: readonly GroupKind[],
  resource: { readonly group: string; readonly kind: string },
  name: string,
): boolean {
  return list.some(
    (entry) =>
      globMatch(entry.group, resource.group) &&
      globMatch(entry.kind, resource.kind) &&
      (entry.name === undefined || entry.name === '' || globMatch(entry.name, name)),
  );
}

/** Whether the project lets Applications manage the kind: no list of namespaced kinds allows all, none of cluster kinds none. */
export function isKindPermitted(project: AppProject, resource: ApiResource, name: string): boolean {
  const { spec } = project;
  if (resource.namespaced) {
    const allowed = spec.namespaceResourceWhitelist;
    if (allowed !== undefined && allowed !== null && !listed(allowed, resource, name)) return false;
    return !listed(spec.namespaceResourceBlacklist ?? [], resource, name);
  }
  return (
    listed(spec.clusterResourceWhitelist ?? [], resource, name) &&
    !listed(spec.clusterResourceBlacklist ?? [], resource, name)
  );
}

/** Whether an Application that lives in `namespace` may name the project. */
export function isApplicationNamespacePermitted(
  project: AppProject,
  namespace: string,
  controllerNamespace: string,
): boolean {
  if (namespace === '' || namespace === controllerNamespace) return true;
  return (project.spec.sourceNamespaces ?? []).some((pattern) => globMatch(pattern, namespace));
}

/** Why the project refuses the object, `undefined` when it does not. */
export function refusalOf(
  project: AppProject,
  object: KubeObject,
  at: { readonly resource: ApiResource; readonly cluster: ClusterRef },
): string | undefined {
  const { name = '', namespace = '' } = object.metadata;
  const { resource, cluster } = at;
  if (!isKindPermitted(project, resource, name)) {
    return `resource ${resource.group}:${resource.kind} is not permitted in project ${project.name}.`;
  }
  if (resource.namespaced && !isDestinationPermitted(project, cluster, namespace)) {
    return `namespace ${namespace} is not permitted in project '${project.name}'`;
  }
  return undefined;
}
