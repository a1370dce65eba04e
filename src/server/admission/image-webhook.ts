import type { KubeObject } from '../../kube/index.ts';

export interface ImageWebhookOptions {
  /** The environment that the cluster is. */
  readonly environment: string;
  /** Of the admission server. */
  readonly url: string;
  /** PEM of the authority that its certificate comes from. */
  readonly authority: string;
}

const WORKLOADS = [
  { apiGroups: [''], resources: ['pods', 'pods/ephemeralcontainers', 'replicationcontrollers'] },
  { apiGroups: ['apps'], resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
  { apiGroups: ['argoproj.io'], resources: ['rollouts'] },
];

/** Namespaces of the cluster itself: without them nothing could be mended. */
const SYSTEM = ['kube-system', 'kube-node-lease', 'kube-public'];

/**
 * Makes a cluster ask before it runs an image: of Pods, since nothing runs but by them, and of what makes Pods, so that
 * whoever applies it hears at once. While stoa-cd is down, nothing new starts outside the system namespaces.
 */
export function imageWebhook({ environment, url, authority }: ImageWebhookOptions): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'stoa-cd-images', labels: { 'app.kubernetes.io/managed-by': 'stoa-cd' } },
    webhooks: [
      {
        name: 'images.delivery.stoa.dev',
        admissionReviewVersions: ['v1'],
        sideEffects: 'NoneOnDryRun',
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        timeoutSeconds: 10,
        namespaceSelector: {
          matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: SYSTEM }],
        },
        rules: WORKLOADS.map((rule) => ({
          ...rule,
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          scope: 'Namespaced',
        })),
        clientConfig: {
          url: `${url}/admission/images/${encodeURIComponent(environment)}`,
          caBundle: Buffer.from(authority).toString('base64'),
        },
      },
    ],
  };
}
