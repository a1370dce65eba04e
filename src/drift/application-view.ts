import { z } from 'zod';

/** What the guard reads of an Application. */
export const applicationSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('') }),
  spec: z.object({ destination: z.object({ name: z.string().optional(), server: z.string().optional() }) }),
  status: z
    .object({
      sync: z.object({ revision: z.string().optional() }).optional(),
      operationState: z.object({ phase: z.string() }).optional(),
      resources: z
        .array(
          z.object({
            group: z.string().default(''),
            version: z.string(),
            kind: z.string(),
            namespace: z.string().default(''),
            name: z.string(),
          }),
        )
        .default([]),
    })
    .default({ resources: [] }),
});

export type ApplicationView = z.infer<typeof applicationSchema>;

const IN_CLUSTER = new Set(['in-cluster', 'https://kubernetes.default.svc']);

/** Name of the cluster that the Application deploys to; `undefined` for the hub itself. */
export function destinationOf({ spec: { destination } }: ApplicationView): string | undefined {
  const cluster = destination.name ?? destination.server ?? '';
  return cluster === '' || IN_CLUSTER.has(cluster) ? undefined : cluster;
}
