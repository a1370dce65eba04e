import type { Informer } from '../controller/index.ts';
import { GitError } from '../git/index.ts';
import { gvkOf } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject } from '../kube/index.ts';
import { PROJECT_GVK, sourcesOf } from './application.ts';
import type {
  Application,
  ApplicationCondition,
  ApplicationSource,
  ConditionType,
  HealthStatus,
} from './application.ts';
import {
  isApplicationNamespacePermitted,
  isDestinationPermitted,
  isSourcePermitted,
  parseProject,
} from './app-project.ts';
import type { AppProject, ClusterRef } from './app-project.ts';
import { sameInputs } from './application-memory.ts';
import type { Remembered } from './application-memory.ts';
import type { Clusters } from './clusters.ts';
import { compareState } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { errorCondition, placeObjects } from './desired.ts';
import type { DesiredState } from './desired.ts';
import { ClusterUnavailableError, InvalidApplicationError } from './errors.ts';
import { unsupportedRules } from './ignore-differences.ts';
import type { LiveCluster } from './live-cluster.ts';
import { validateProject } from './project-validation.ts';
import type { Renderer, Rendering, SourceType } from './render.ts';
import { optionsOf, unsupportedOptions } from './sync-options.ts';
import { applicationName } from './tracking.ts';

export interface EvaluationPorts {
  readonly home: string;
  readonly projects: Informer;
  /** Projects that were found valid, by their very objects. */
  readonly parsedProjects: WeakMap<KubeObject, AppProject>;
  readonly clusters: Clusters;
  readonly renderer: Renderer;
  readonly health: (live: KubeObject) => HealthStatus | undefined;
}

export interface EvaluationContext {
  readonly application: Application;
  readonly memory: Remembered;
  readonly signal: AbortSignal;
}

/** What sources say at given commits, made the Application's. */
export interface DesiredAt {
  readonly state: DesiredState;
  readonly revisions: readonly string[];
  readonly types: readonly SourceType[];
}

/** As much as could be found out about an Application. */
export interface Evaluation {
  /** As in tracking ids. */
  readonly name: string;
  readonly project?: AppProject;
  readonly cluster?: LiveCluster;
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
  /** Absent while something is wrong: then nothing may be changed. */
  readonly desired?: DesiredAt;
  readonly conditions: readonly ApplicationCondition[];
  /** Worth another try without anybody changing anything. */
  readonly failure?: unknown;
  /** Milliseconds after which to look again, because nothing will tell when it gets better. */
  readonly again?: number;
}

function parsed(object: KubeObject, known: WeakMap<KubeObject, AppProject>): AppProject {
  const before = known.get(object);
  if (before !== undefined) return before;
  const project = parseProject({ ...object, kind: PROJECT_GVK.kind });
  validateProject(project);
  known.set(object, project);
  return project;
}

/** The project that the Application names. @throws InvalidApplicationError when it is missing or refuses the Application */
export function projectOf(
  application: Application,
  { projects, home, parsedProjects }: Pick<EvaluationPorts, 'projects' | 'home' | 'parsedProjects'>,
): AppProject {
  const name = application.spec.project;
  if (name === '') throw new InvalidApplicationError('application spec.project is required');
  const object = projects.get({ namespace: home, name });
  if (object === undefined) {
    throw new InvalidApplicationError(`Application referencing project ${name} which does not exist`);
  }
  const project = parsed(object, parsedProjects);
  if (!isApplicationNamespacePermitted(project, application.metadata.namespace, home)) {
    throw new InvalidApplicationError(
      `Application namespace ${application.metadata.namespace} is not permitted in project '${name}'`,
    );
  }
  return project;
}

/** Why the project refuses the Application as a whole. */
function refusals(application: Application, project: AppProject, cluster: ClusterRef): readonly ApplicationCondition[] {
  const invalid = (message: string): ApplicationCondition => ({ type: 'InvalidSpecError', message });
  const sources = sourcesOf(application.spec);
  const { namespace = '' } = application.spec.destination;
  return [
    ...(sources.length === 0
      ? [invalid('spec.source.repoURL and either spec.source.path or spec.source.chart are required')]
      : []),
    ...sources
      .filter((source) => !isSourcePermitted(project, source))
      .map(({ repoURL }) => invalid(`application repo ${repoURL} is not permitted in project '${project.name}'`)),
    ...(isDestinationPermitted(project, cluster, namespace)
      ? []
      : [
          invalid(
            `application destination server '${cluster.server}' and namespace '${namespace}' do not match any of the allowed destinations in project '${project.name}'`,
          ),
        ]),
    ...unsupportedRules(application.spec.ignoreDifferences ?? []).map(invalid),
    ...unsupportedOptions(optionsOf(application)).map((option) => invalid(`sync option ${option} is not supported`)),
  ];
}

/** Finds out everything that can be known without changing anything. Never throws for what is wrong with the Application. */
export async function evaluate(context: EvaluationContext, ports: EvaluationPorts): Promise<Evaluation> {
  const { application } = context;
  const sources = sourcesOf(application.spec);
  const name = applicationName(application.metadata, ports.home);
  let found: Evaluation = { name, sources, revisions: [], conditions: [] };
  let type: ConditionType = 'InvalidSpecError';
  try {
    const project = projectOf(application, ports);
    found = { ...found, project };
    const registered = ports.clusters.find(application.spec.destination);
    const conditions = refusals(application, project, registered);
    if (conditions.length > 0) return { ...found, conditions };
    type = 'ComparisonError';
    const resolved = await Promise.all(sources.map((source) => ports.renderer.resolve(source)));
    found = { ...found, revisions: resolved.map(({ revision }) => revision), conditions: fetchFailures(resolved) };
    const cluster = await ports.clusters.connect(registered);
    if (cluster.failure !== undefined) throw new ClusterUnavailableError(cluster.failure);
    found = { ...found, cluster };
    const desired = await desiredAt({ ...context, sources, revisions: found.revisions, cluster }, ports);
    return { ...found, desired, conditions: [...found.conditions, ...desired.state.conditions] };
  } catch (error) {
    if (context.signal.aborted) throw error;
    const failed = { ...found, conditions: [...found.conditions, errorCondition(type, error)] };
    if (isRetryable(error)) return { ...failed, failure: error };
    return error instanceof GitError ? { ...failed, again: REPOSITORY_RETRY_MS } : failed;
  }
}

/** A repository that is missing or refuses us may appear or relent without telling. */
const REPOSITORY_RETRY_MS = 30_000;

function fetchFailures(
  resolved: readonly { readonly repository: { readonly failure: string | undefined } }[],
): readonly ApplicationCondition[] {
  return resolved.flatMap(({ repository: { failure } }) =>
    failure === undefined
      ? []
      : [
          {
            type: 'UnknownError' as const,
            message: `Cannot look at the repository, so the last known revision is used: ${failure}`,
          },
        ],
  );
}

function isRetryable(error: unknown): boolean {
  return error instanceof Error && (error as { retryable?: boolean }).retryable === true;
}

export interface DesiredRequest extends EvaluationContext {
  readonly sources: readonly ApplicationSource[];
  readonly revisions: readonly string[];
  readonly cluster: LiveCluster;
}

const NAMESPACE: GroupVersionKind = { group: '', version: 'v1', kind: 'Namespace' };

/** Renders `sources` at `revisions` and watches what they need. @throws ComparisonError, ClusterUnavailableError */
export async function desiredAt(request: DesiredRequest, ports: EvaluationPorts): Promise<DesiredAt> {
  const { application, cluster, memory, signal } = request;
  const revisions: string[] = [];
  const renderings: Rendering[] = [];
  for (const [index, source] of request.sources.entries()) {
    const at = await ports.renderer.resolve(source, request.revisions[index]);
    revisions.push(at.revision);
    // A source with only a name for others to refer to brings no objects.
    if (source.ref !== undefined && source.path === undefined) continue;
    renderings.push(await ports.renderer.render(source, { ...at, memory: memory.renderings, signal }));
  }
  const { namespace = '' } = application.spec.destination;
  const inputs = [cluster, cluster.generation, namespace, ...renderings];
  const placed =
    memory.placed !== undefined && sameInputs(memory.placed.inputs, inputs) ? memory.placed.desired : undefined;
  const desired =
    placed ??
    (await placeObjects(
      renderings.flatMap((rendering) => rendering.objects),
      {
        application: applicationName(application.metadata, ports.home),
        namespace,
        resourceFor: (object) => cluster.resourceFor(gvkOf(object)),
        before: memory.placed?.desired.targets ?? [],
      },
    ));
  if (placed === undefined) {
    await cluster.watch([NAMESPACE, ...kindsOf([...desired.targets, ...desired.hooks]), ...kindsIn(application)]);
    memory.placed = { inputs, desired };
  }
  return { state: desired, revisions, types: renderings.map(({ type }) => type) };
}

function kindsOf(objects: readonly KubeObject[]): readonly GroupVersionKind[] {
  return [...new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, gvkOf(object)])).values()];
}

/** Kinds that the Application had objects of when it was last looked at. */
export function kindsIn(application: Application): readonly GroupVersionKind[] {
  const shown = application.status.resources ?? [];
  const applied = application.status.operationState?.syncResult?.resources ?? [];
  const kinds = [...shown, ...applied].map(({ group = '', version = 'v1', kind }) => ({ group, version, kind }));
  return [...new Map(kinds.map((gvk) => [`${gvk.group}/${gvk.version}/${gvk.kind}`, gvk])).values()];
}

export interface ComparisonRequest {
  readonly application: Application;
  readonly cluster: LiveCluster;
  readonly desired: DesiredState;
  readonly memory: Remembered;
}

/** Compares what is wanted with what is there now; remembered until one of both changes. */
export function compareWith(
  request: ComparisonRequest,
  { home, health }: Pick<EvaluationPorts, 'home' | 'health'>,
): Comparison {
  const { application, cluster, desired, memory } = request;
  const name = applicationName(application.metadata, home);
  const rules = application.spec.ignoreDifferences;
  const grounds = [cluster, cluster.generation, rules === undefined ? undefined : JSON.stringify(rules)];
  const inputs = [...grounds, cluster.stamp(name), desired];
  const known = memory.compared;
  if (known !== undefined && sameInputs(known.inputs, inputs)) return known.comparison;
  const comparable = known !== undefined && sameInputs(known.inputs.slice(0, grounds.length), grounds);
  const comparison = compareState({
    targets: desired.targets,
    owned: cluster.owned(name),
    live: (target) => cluster.get(target),
    schema: (object) => cluster.schema(object),
    health,
    ignore: rules ?? [],
    before: comparable ? known.comparison : undefined,
  });
  memory.compared = { inputs, comparison };
  return comparison;
}
