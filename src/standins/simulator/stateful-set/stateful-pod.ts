import type { KubeObject } from '../../../kube/index.ts';
import { nameOf, namespaceOf } from '../model/meta.ts';
import type { Pod, Volume } from '../model/pod.ts';
import { podFromTemplate } from '../model/pod-from-template.ts';
import type { ControllerRevision, StatefulSet } from '../model/workloads.ts';
import { REVISION_HASH, revisionTemplate } from '../revision/plan-revision.ts';

/** The number at the end of the Pod's name; -1 when the name is not one that the StatefulSet gives. */
export function ordinalOf(statefulSet: StatefulSet, pod: Pod): number {
  const prefix = `${nameOf(statefulSet)}-`;
  const text = nameOf(pod).startsWith(prefix) ? nameOf(pod).slice(prefix.length) : '';
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

/** The Pod of one ordinal, with its stable name, labels and claims. */
export function statefulPod(statefulSet: StatefulSet, revision: ControllerRevision, ordinal: number): Pod {
  const name = `${nameOf(statefulSet)}-${ordinal}`;
  const template = revisionTemplate(revision);
  const volumes = claimsFor(statefulSet, ordinal).map((claim, index): Volume => ({
    name: nameOf(statefulSet.spec.volumeClaimTemplates?.[index] ?? claim),
    persistentVolumeClaim: { claimName: nameOf(claim) },
  }));
  const claimed = new Set(volumes.map((volume) => volume.name));
  const others = (template.spec.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  const pod = podFromTemplate(statefulSet, template, {
    name,
    labels: {
      [REVISION_HASH]: nameOf(revision),
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
  });
  const { serviceName } = statefulSet.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      hostname: name,
      ...(serviceName === undefined || serviceName === '' ? {} : { subdomain: serviceName }),
      ...(volumes.length + others.length === 0 ? {} : { volumes: [...others, ...volumes] }),
    },
  };
}

/** The claims of one ordinal. They outlive their Pods, and the StatefulSet does not own them. */
export function claimsFor(statefulSet: StatefulSet, ordinal: number): readonly KubeObject[] {
  const labels = (statefulSet.spec.selector['matchLabels'] ?? {}) as Record<string, string>;
  return (statefulSet.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: `${nameOf(template)}-${nameOf(statefulSet)}-${ordinal}`,
      namespace: namespaceOf(statefulSet),
      labels: { ...template.metadata.labels, ...labels },
    },
    spec: template['spec'],
  }));
}
