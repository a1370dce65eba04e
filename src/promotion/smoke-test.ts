import { createHash } from 'node:crypto';
import { getPath, isApiError } from '../kube/index.ts';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { Promotion, Release, SmokeTest } from './kinds.ts';

export type SmokeResult =
  { readonly state: 'running' } | { readonly state: 'passed' | 'failed'; readonly reason: string };

const LABEL = 'delivery.stoa.dev/promotion';

/**
 * Runs the smoke test of an environment once for a promotion, as a Job whose labels bind it to the digest.
 * @returns where it stands; a Job that is over its time has failed
 */
export async function smokeTest(
  cluster: KubeClient,
  test: SmokeTest,
  { promotion, release }: { readonly promotion: Promotion; readonly release: Release },
): Promise<SmokeResult> {
  const name = jobName(promotion);
  const key = { group: 'batch', version: 'v1', kind: 'Job', namespace: test.namespace, name };
  const job = (await cluster.get(key)) ?? (await create(cluster, jobOf(name, test, { promotion, release })));
  const conditions = getPath(job, 'status', 'conditions');
  const condition = (type: string): KubeObject | undefined =>
    (Array.isArray(conditions) ? (conditions as unknown as KubeObject[]) : []).find(
      (one) => one['type'] === type && one['status'] === 'True',
    );
  if (condition('Complete') !== undefined)
    return { state: 'passed', reason: `Job ${test.namespace}/${name} completed` };
  const failed = condition('Failed');
  if (failed === undefined) return { state: 'running' };
  return {
    state: 'failed',
    reason: `Job ${test.namespace}/${name} failed: ${textOf(failed['message']) ?? textOf(failed['reason']) ?? 'no reason given'}`,
  };
}

async function create(cluster: KubeClient, job: KubeObject): Promise<KubeObject> {
  try {
    return await cluster.create(job);
  } catch (error) {
    if (isApiError(error, 'AlreadyExists')) return job;
    throw error;
  }
}

function jobName(promotion: Promotion): string {
  const hash = createHash('sha256')
    .update(`${promotion.metadata.uid ?? ''}${promotion.metadata.name ?? ''}`)
    .digest('hex')
    .slice(0, 10);
  return `smoke-${promotion.spec.service}-${hash}`.slice(0, 63);
}

function jobOf(
  name: string,
  test: SmokeTest,
  { promotion, release }: { readonly promotion: Promotion; readonly release: Release },
): KubeObject {
  const labels = { [LABEL]: (promotion.metadata.name ?? '').slice(0, 63), 'app.kubernetes.io/name': 'smoke-test' };
  const image = release.spec.images[0];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: test.namespace,
      labels,
      annotations: { 'delivery.stoa.dev/digest': image?.digest ?? '' },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: test.timeoutSeconds,
      ttlSecondsAfterFinished: 86_400,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'smoke',
              image: test.image,
              command: [...test.command],
              env: [{ name: 'EXPECTED_DIGEST', value: image?.digest ?? '' }],
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
            },
          ],
        },
      },
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
