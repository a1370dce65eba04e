import { z } from 'zod';
import type { KubeClient, KubeObject } from '../kube/index.ts';
import type { ReleaseImage } from './kinds.ts';

const statusSchema = z.object({
  name: z.string(),
  restartCount: z.number().default(0),
  state: z.object({ waiting: z.object({ reason: z.string().default('') }).optional() }).default({}),
  lastState: z
    .object({ terminated: z.object({ exitCode: z.number(), reason: z.string().optional() }).optional() })
    .default({}),
});

const podSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ containers: z.array(z.object({ name: z.string(), image: z.string() })) }),
  status: z.object({ containerStatuses: z.array(statusSchema).default([]) }),
});

/** Fewer may be a start that lost a race with what it needs. */
const RESTARTS = 2;

/**
 * Looks for pods of these images that crash again and again: a release that does so will not become healthy, and
 * waiting for its progress deadline only makes the outage longer.
 * @returns which container of which pod, and how it ended; `undefined` when none does
 */
export async function findCrashLoop(
  cluster: KubeClient,
  { images, namespaces }: { readonly images: readonly ReleaseImage[]; readonly namespaces: readonly string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const namespace of namespaces) {
    const { items } = await cluster.list({ group: '', version: 'v1', kind: 'Pod' }, { namespace, signal });
    for (const pod of items) {
      const found = crashLoopOf(pod, images);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

export function crashLoopOf(pod: KubeObject, images: readonly ReleaseImage[]): string | undefined {
  const parsed = podSchema.safeParse(pod);
  if (!parsed.success) return undefined;
  const { metadata, spec, status } = parsed.data;
  const own = new Set(spec.containers.filter(({ image }) => isOneOf(image, images)).map(({ name }) => name));
  const crashing = status.containerStatuses.find(
    ({ name, restartCount, state }) =>
      own.has(name) && restartCount >= RESTARTS && state.waiting?.reason === 'CrashLoopBackOff',
  );
  if (crashing === undefined) return undefined;
  const { exitCode, reason = 'Error' } = crashing.lastState.terminated ?? { exitCode: undefined };
  const how = exitCode === undefined ? '' : `, the last time with exit code ${exitCode} (${reason})`;
  return `Container ${crashing.name} of ${metadata.namespace}/${metadata.name} crashed ${crashing.restartCount + 1} times${how}`;
}

function isOneOf(image: string, images: readonly ReleaseImage[]): boolean {
  return images.some(({ digest }) => image.endsWith(`@${digest}`));
}
