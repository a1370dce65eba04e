import { jsonEqual } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { byAge, controllerReference, nameOf, namespaceOf } from '../model/meta.ts';
import { templateJson } from '../model/pod.ts';
import type { PodTemplate } from '../model/pod.ts';
import { templateHash } from '../model/template-hash.ts';
import { desiredReplicas } from '../model/workloads.ts';
import type { Deployment, ReplicaSet } from '../model/workloads.ts';
import { rolloutBudget } from './rollout-budget.ts';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** Annotations of a Deployment that its ReplicaSets do not get. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

/** The ReplicaSet of the Deployment's template, whatever it was created for: this is what makes a rollback reuse it. */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = templateJson(deployment.spec.template);
  return replicaSets.toSorted(byAge).find((set) => jsonEqual(templateJson(withoutHash(set.spec.template)), wanted));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { labels } = template.metadata ?? {};
  if (labels === undefined || !Object.hasOwn(labels, HASH_LABEL)) return template;
  const { [HASH_LABEL]: _, ...rest } = labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

export function revisionOf(set: ReplicaSet | undefined): number {
  return Number.parseInt(set?.metadata.annotations?.[REVISION] ?? '0', 10) || 0;
}

export function specReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + desiredReplicas(set), 0);
}

export function availableReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
}

export function active(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.filter((set) => desiredReplicas(set) > 0);
}

/** What the size annotations of a ReplicaSet must say: proportional scaling starts from them. */
export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const replicas = desiredReplicas(deployment);
  return {
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + rolloutBudget(deployment).maxSurge),
  };
}

/** Annotations of the new ReplicaSet: the Deployment's, its revision, and the revisions it had before. */
export function newAnnotations(
  deployment: Deployment,
  revision: number,
  existing?: ReplicaSet,
): Record<string, string> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const annotations: Record<string, string> = { ...existing?.metadata.annotations, ...Object.fromEntries(copied) };
  const old = revisionOf(existing);
  if (old < revision) {
    annotations[REVISION] = String(revision);
    const history = annotations[REVISION_HISTORY];
    if (old > 0) annotations[REVISION_HISTORY] = history === undefined ? String(old) : `${history},${old}`;
  }
  return existing === undefined ? { ...annotations, ...sizeAnnotations(deployment) } : annotations;
}

export interface NewReplicaSet {
  readonly replicas: number;
  readonly revision: number;
}

/** The ReplicaSet to create for the Deployment's template. */
export function replicaSetFor(deployment: Deployment, { replicas, revision }: NewReplicaSet): ReplicaSet {
  const { selector, template, minReadySeconds = 0 } = deployment.spec;
  const hash = templateHash(templateJson(template), deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const matchLabels = { ...(selector['matchLabels'] as JsonObject | undefined), [HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: newAnnotations(deployment, revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds === 0 ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
