import { jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Action } from '../cluster/plan.ts';
import { controllerReference, isTerminating, nameOf, namespaceOf } from '../model/meta.ts';
import { templateJson } from '../model/pod.ts';
import type { PodTemplate } from '../model/pod.ts';
import { templateHash } from '../model/template-hash.ts';
import type { ControllerRevision } from '../model/workloads.ts';

export const REVISION_HASH = 'controller-revision-hash';

/** A StatefulSet or DaemonSet. */
export interface RevisionedWorkload extends KubeObject {
  spec: { selector: JsonObject; template: PodTemplate; revisionHistoryLimit?: number };
}

export interface RevisionPlan {
  /** The revision of the workload's template; it may have to be created first. */
  readonly update: ControllerRevision;
  readonly actions: readonly Action[];
}

/**
 * Finds the revision of the workload's template, or plans to create it. A template that was there before, as after a
 * rollback, gets its old revision back, numbered anew.
 */
export function planRevision(
  workload: RevisionedWorkload,
  revisions: readonly ControllerRevision[],
  collisions = 0,
): RevisionPlan {
  const data = revisionData(workload.spec.template);
  const latest = Math.max(0, ...revisions.map(({ revision }) => revision));
  const equal = revisions
    .filter((revision) => jsonEqual(revision.data, data))
    .toSorted((a, b) => b.revision - a.revision)[0];
  if (equal === undefined) {
    const object = newRevision(workload, data, { revision: latest + 1, collisions });
    return { update: object, actions: [{ do: 'create', object }] };
  }
  if (equal.revision === latest) return { update: equal, actions: [] };
  const actions: Action[] = [{ do: 'patch', object: equal, changes: { revision: latest + 1 } }];
  return { update: equal, actions };
}

/** Deletes the oldest revisions that no Pod runs and that are not in `live`, beyond the history limit. */
export function planHistory(
  workload: RevisionedWorkload,
  revisions: readonly ControllerRevision[],
  live: ReadonlySet<string>,
): readonly Action[] {
  const { revisionHistoryLimit = 10 } = workload.spec;
  const old = revisions
    .filter((revision) => !live.has(nameOf(revision)) && !isTerminating(revision))
    .toSorted((a, b) => a.revision - b.revision);
  return old.slice(0, Math.max(0, old.length - revisionHistoryLimit)).map((object) => ({ do: 'delete', object }));
}

/** The Pod template that a revision keeps. */
export function revisionTemplate(revision: ControllerRevision): PodTemplate {
  const { spec } = revision.data as { spec?: { template?: PodTemplate & { $patch?: string } } };
  const { $patch: _, ...template } = spec?.template ?? { spec: { containers: [] } };
  return template;
}

export function revisionHash(revision: ControllerRevision): string {
  return revision.metadata.labels?.[REVISION_HASH] ?? '';
}

function revisionData(template: PodTemplate): JsonObject {
  return { spec: { template: { ...templateJson(template), $patch: 'replace' } } };
}

function newRevision(
  workload: RevisionedWorkload,
  data: JsonObject,
  { revision, collisions }: { readonly revision: number; readonly collisions: number },
): ControllerRevision {
  const hash = templateHash(data, collisions);
  const labels = (workload.spec.selector['matchLabels'] ?? {}) as Record<string, JsonValue & string>;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${nameOf(workload)}-${hash}`,
      namespace: namespaceOf(workload),
      labels: { ...labels, [REVISION_HASH]: hash },
      ownerReferences: [controllerReference(workload)],
    },
    data,
    revision,
  };
}
