import type { KubeObject, SchemaNode } from '../kube/index.ts';
import { ANNOTATION, hasOption, hasSyncOption } from './annotations.ts';
import type {
  ApplicationCondition,
  HealthStatus,
  IgnoreDifference,
  ResourceStatus,
  SyncStatusCode,
} from './application.ts';
import { withoutAggregatedRules } from './aggregated-roles.ts';
import { compareObject } from './compare.ts';
import type { Difference } from './compare.ts';
import { ignoresHealth } from './desired.ts';
import { aggregateHealth } from './health.ts';
import { isHook } from './hooks.ts';
import { isSameVersion } from './live-cluster.ts';
import { ignoredOf, stripIgnored } from './ignore-differences.ts';
import { waveOf } from './hooks.ts';
import { identity, objectOf, resourceKey } from './sync-task.ts';
import type { ResourcePair } from './sync-task.ts';

/** One object of an Application, seen from both sides. */
export interface ComparedResource extends ResourcePair {
  readonly key: string;
  readonly differences: readonly Difference[];
  readonly status: SyncStatusCode;
  readonly health?: HealthStatus;
  /** Being deleted, or marked not to count: does not make the Application OutOfSync. */
  readonly extraneous: boolean;
}

export interface Comparison {
  readonly resources: readonly ComparedResource[];
  readonly status: SyncStatusCode;
  readonly health: HealthStatus;
  readonly conditions: readonly ApplicationCondition[];
}

export interface CompareInput {
  readonly targets: readonly KubeObject[];
  /** What carries the Application's tracking id. */
  readonly owned: readonly KubeObject[];
  readonly live: (target: KubeObject) => KubeObject | undefined;
  readonly schema: (object: KubeObject) => SchemaNode | undefined;
  readonly health: (live: KubeObject) => HealthStatus | undefined;
  readonly ignore: readonly IgnoreDifference[];
  /** A comparison of before by the same rules: what is the same on both sides is not compared again. */
  readonly before?: Comparison | undefined;
}

/** Every object that Git wants or the cluster has for the Application, with what differs. */
export function compareState(input: CompareInput): Comparison {
  const before = new Map(input.before?.resources.map((resource) => [resource.target, resource]));
  const wanted = input.targets.map((target) => compareTarget(target, { ...input, known: before.get(target) }));
  const keys = new Set(wanted.map(({ key }) => key));
  const surplus = input.owned
    .filter((live) => !keys.has(resourceKey(live)) && !isHook(live))
    .map((live) => compareSurplus(live, input));
  const resources = [...wanted, ...surplus].sort((a, b) => (a.key < b.key ? -1 : 1));
  const outOfSync = resources.some(({ status, extraneous }) => status === 'OutOfSync' && !extraneous);
  const counted = resources.filter((resource) => !ignoresHealth(resource.target) && !ignoresHealth(resource.live));
  return {
    resources,
    status: outOfSync ? 'OutOfSync' : 'Synced',
    health: aggregateHealth(counted.map((resource) => ({ ...identity(objectOf(resource)), ...resource }))),
    conditions: [],
  };
}

interface TargetInput extends CompareInput {
  readonly known: ComparedResource | undefined;
}

function compareTarget(target: KubeObject, { known, ...input }: TargetInput): ComparedResource {
  const live = input.live(target);
  if (known?.live !== undefined && live !== undefined && isSameVersion(live, known.live)) return { ...known, live };
  const key = resourceKey(target);
  if (live === undefined) {
    return { key, target, differences: [], status: 'OutOfSync', health: { status: 'Missing' }, extraneous: false };
  }
  const ignored = ignoredOf(input.ignore, target);
  const counted = withoutAggregatedRules({ target, live });
  const seen = ignored === undefined ? counted : stripIgnored(counted, ignored);
  const differences = compareObject(seen.target, seen.live, input.schema(target));
  const health = input.health(live);
  return {
    key,
    target,
    live,
    differences,
    status: differences.length > 0 ? 'OutOfSync' : 'Synced',
    ...(health === undefined ? {} : { health }),
    extraneous: false,
  };
}

function compareSurplus(live: KubeObject, input: CompareInput): ComparedResource {
  const health = input.health(live);
  return {
    key: resourceKey(live),
    live,
    differences: [],
    status: 'OutOfSync',
    ...(health === undefined ? {} : { health }),
    extraneous: hasOption(live, ANNOTATION.compareOptions, 'IgnoreExtraneous'),
  };
}

/** The objects as `status.resources` shows them. */
export function resourceStatuses(resources: readonly ComparedResource[]): readonly ResourceStatus[] {
  return resources.map((resource) => {
    const object = objectOf(resource);
    const { group, version, kind, namespace, name } = identity(object);
    const wave = waveOf(object);
    return {
      ...(group === '' ? {} : { group }),
      version,
      kind,
      ...(namespace === '' ? {} : { namespace }),
      name,
      status: resource.status,
      ...(resource.health === undefined ? {} : { health: shown(resource.health) }),
      ...(resource.target === undefined ? { requiresPruning: true } : {}),
      ...(hasSyncOption(resource.live, 'Delete=confirm') ? { requiresDeletionConfirmation: true } : {}),
      ...(wave === 0 ? {} : { syncWave: wave }),
    };
  });
}

function shown({ status, message }: HealthStatus): HealthStatus {
  return message === undefined || message === '' ? { status } : { status, message };
}
