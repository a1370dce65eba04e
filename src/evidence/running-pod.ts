import { z } from 'zod';

/** A container of a pod and what it runs. */
export interface RunningContainer {
  readonly name: string;
  /** As the pod asks for it. */
  readonly image: string;
  /** `sha256:…` of the manifest that runs; absent where neither the runtime nor the pod names one. */
  readonly digest?: string;
}

/** A pod as a cluster reports it. */
export interface RunningPod {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** It is being taken down. */
  readonly terminating: boolean;
  readonly containers: readonly RunningContainer[];
}

const container = z.object({ name: z.string(), image: z.string().default('') });
const status = z.object({ name: z.string(), imageID: z.string().default('') });
const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    containers: z.array(container).default([]),
    initContainers: z.array(container).default([]),
    ephemeralContainers: z.array(container).default([]),
  }),
  status: z
    .object({
      phase: z.string().default(''),
      containerStatuses: z.array(status).default([]),
      initContainerStatuses: z.array(status).default([]),
      ephemeralContainerStatuses: z.array(status).default([]),
    })
    .optional(),
});

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed']);

/**
 * What runs in a pod: every container, those that ran first and those that were added for debugging too.
 * @param pod a `v1` Pod
 * @returns `undefined` for a pod that has ended
 * @throws ZodError for what is no pod
 */
export function runningPod(cluster: string, pod: unknown): RunningPod | undefined {
  const { metadata, spec, status: at } = podSchema.parse(pod);
  if (ENDED.has(at?.phase ?? '')) return undefined;
  const statuses = [
    ...(at?.containerStatuses ?? []),
    ...(at?.initContainerStatuses ?? []),
    ...(at?.ephemeralContainerStatuses ?? []),
  ];
  const ids = new Map(statuses.map(({ name, imageID }) => [name, imageID]));
  const containers = [...spec.containers, ...spec.initContainers, ...spec.ephemeralContainers];
  return {
    cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    terminating: metadata.deletionTimestamp !== undefined,
    containers: containers.map(({ name, image }) => {
      // What the runtime reports runs; before it does, what the pod pins will.
      const digest = digestIn(ids.get(name) ?? '') ?? digestIn(image);
      return { name, image, ...(digest === undefined ? {} : { digest }) };
    }),
  };
}

/** `sha256:…` after the `@` of a reference such as `docker-pullable://repository@sha256:…`. An image's own id is none. */
function digestIn(reference: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(reference)?.[1];
}
