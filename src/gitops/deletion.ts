import type { Clock } from '../core/index.ts';
import { messageOf } from '../core/index.ts';
import { gvkOf } from '../kube/index.ts';
import type { DeleteOptions, KubeObject } from '../kube/index.ts';
import { ANNOTATION, RESOURCES_FINALIZER, annotation } from './annotations.ts';
import type { Application, ApplicationCondition } from './application.ts';
import { refusalOf } from './app-project.ts';
import { InvalidApplicationError } from './errors.ts';
import { kindsIn, projectOf } from './evaluation.ts';
import type { EvaluationPorts } from './evaluation.ts';
import type { LiveCluster } from './live-cluster.ts';
import { clusterWriter } from './sync-cluster.ts';
import { deletionPolicy, optionsOf } from './sync-options.ts';
import { waveOf } from './hooks.ts';
import { identity } from './sync-task.ts';
import { applicationName } from './tracking.ts';

export interface DeletionPorts extends EvaluationPorts {
  readonly clock: Clock;
}

export interface DeletionEnd {
  /** What remains of `metadata.finalizers`. */
  readonly finalizers: readonly string[];
  readonly conditions: readonly ApplicationCondition[];
  /** Worth another try without anybody changing anything. */
  readonly failure?: unknown;
}

/** How a cascade finalizer wants dependents to be deleted; undefined when it is none of the engine's. */
function propagationOf(finalizer: string): NonNullable<DeleteOptions['propagationPolicy']> | undefined {
  if (finalizer === RESOURCES_FINALIZER || finalizer === `${RESOURCES_FINALIZER}/foreground`) return 'Foreground';
  return finalizer === `${RESOURCES_FINALIZER}/background` ? 'Background' : undefined;
}

/** Takes the deletion of an Application one step further: its objects first, in reverse order of waves, then the finalizer. */
export async function finalize(
  application: Application,
  ports: DeletionPorts,
  signal: AbortSignal,
): Promise<DeletionEnd> {
  const finalizers = application.metadata.finalizers ?? [];
  const [propagation] = finalizers.flatMap((finalizer) => propagationOf(finalizer) ?? []);
  const rest = finalizers.filter((finalizer) => propagationOf(finalizer) === undefined);
  if (propagation === undefined) return { finalizers, conditions: [] };
  try {
    const { done, conditions } = await deleteObjects(application, { ports, propagation, signal });
    return { finalizers: done ? rest : finalizers, conditions };
  } catch (error) {
    if (signal.aborted) throw error;
    // A cluster that is no longer registered keeps what it has; the Application can go.
    if (error instanceof InvalidApplicationError) return { finalizers: rest, conditions: [] };
    return { finalizers, conditions: [{ type: 'DeletionError', message: messageOf(error) }], failure: error };
  }
}

interface Cascade {
  readonly ports: DeletionPorts;
  readonly propagation: NonNullable<DeleteOptions['propagationPolicy']>;
  readonly signal: AbortSignal;
}

interface CascadeState {
  readonly done: boolean;
  readonly conditions: readonly ApplicationCondition[];
}

/** Deletes the highest wave that is left. */
async function deleteObjects(application: Application, cascade: Cascade): Promise<CascadeState> {
  const { ports, propagation, signal } = cascade;
  const cluster = await ports.clusters.connect(ports.clusters.find(application.spec.destination));
  await cluster.watch(kindsIn(application));
  const objects = cluster.owned(applicationName(application.metadata, ports.home));
  const free = await deletable(application, { objects, cluster, ports });
  const awaiting = free.filter((object) => needsApproval(object, application));
  if (awaiting.length > 0) return { done: false, conditions: [approvalNeeded(awaiting)] };
  const last = Math.max(...free.map(waveOf));
  const writer = clusterWriter(cluster, signal);
  for (const object of free.filter((one) => waveOf(one) === last)) {
    if (object.metadata.deletionTimestamp === undefined) await writer.remove(object, { propagation, dryRun: false });
  }
  return { done: free.length === 0, conditions: [] };
}

interface Candidates {
  readonly objects: readonly KubeObject[];
  readonly cluster: LiveCluster;
  readonly ports: DeletionPorts;
}

/** What may be deleted: neither kept by an option, nor wanted by another Application, nor out of the project's reach. */
async function deletable(
  application: Application,
  { objects, cluster, ports }: Candidates,
): Promise<readonly KubeObject[]> {
  const free: KubeObject[] = [];
  const project = projectIfAny(application, ports);
  const own = applicationName(application.metadata, ports.home);
  for (const object of objects) {
    if (deletionPolicy(object, optionsOf(application)) === 'false') continue;
    // what another Application wants, too, as after a rename, is that one's from now on
    if ([...cluster.claimants(object)].some((name) => name !== own)) continue;
    const resource = await cluster.resourceFor(gvkOf(object));
    const refused =
      resource === undefined || project === undefined
        ? undefined
        : refusalOf(project, object, { resource, cluster: cluster.ref });
    if (refused === undefined) free.push(object);
  }
  return free;
}

function projectIfAny(application: Application, ports: DeletionPorts): ReturnType<typeof projectOf> | undefined {
  try {
    return projectOf(application, ports);
  } catch (error) {
    if (error instanceof InvalidApplicationError) return undefined;
    throw error;
  }
}

function needsApproval(object: KubeObject, application: Application): boolean {
  if (deletionPolicy(object, optionsOf(application)) !== 'confirm') return false;
  const approved = Date.parse(annotation(application, ANNOTATION.deletionApproved) ?? '');
  return !(approved >= Date.parse(application.metadata.deletionTimestamp ?? ''));
}

function approvalNeeded(objects: readonly KubeObject[]): ApplicationCondition {
  const names = objects.map(describe).join(', ');
  return { type: 'DeletionError', message: `Waiting for the deletion of ${names} to be approved` };
}

function describe(object: KubeObject): string {
  const { kind, namespace, name } = identity(object);
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
