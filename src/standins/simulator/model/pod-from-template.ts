import type { KubeObject } from '../../../kube/index.ts';
import { controllerReference, namespaceOf } from './meta.ts';
import type { Pod, PodTemplate } from './pod.ts';

export interface PodIdentity {
  /** Either a full name, */
  readonly name?: string;
  /** or the beginning of one that the API server finishes. */
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** The Pod that `owner` creates from `template`. */
export function podFromTemplate(owner: KubeObject, template: PodTemplate, identity: PodIdentity): Pod {
  const { name, generateName, finalizers = [] } = identity;
  const annotations = { ...template.metadata?.annotations, ...identity.annotations };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
      namespace: namespaceOf(owner),
      labels: { ...template.metadata?.labels, ...identity.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(finalizers.length === 0 ? {} : { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}
