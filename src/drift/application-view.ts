import { z } from 'zod';
import type { KubeObject } from '../kube/index.ts';
import type { FieldPattern } from './field-pattern.ts';
import { patternOfJq, patternOfPointer, wildcard } from './field-pattern.ts';
import type { Ignored } from './rules.ts';

const texts = z.array(z.string()).default([]);

/** What the guard reads of an Application. */
const applicationSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default(''),
    uid: z.string().optional(),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    destination: z.object({
      name: z.string().optional(),
      server: z.string().optional(),
      namespace: z.string().default(''),
    }),
    syncPolicy: z
      .object({
        automated: z
          .object({
            enabled: z.boolean().default(true),
            prune: z.boolean().default(false),
            selfHeal: z.boolean().default(false),
          })
          .nullish(),
      })
      .nullish(),
    ignoreDifferences: z
      .array(
        z.object({
          group: z.string().default(''),
          kind: z.string(),
          name: z.string().default(''),
          namespace: z.string().default(''),
          jsonPointers: texts,
          jqPathExpressions: texts,
          managedFieldsManagers: texts,
        }),
      )
      .default([]),
  }),
  status: z
    .object({
      sync: z.object({ revision: z.string().optional() }).optional(),
      operationState: z
        .object({
          phase: z.string(),
          operation: z
            .object({ sync: z.object({ selfHealAttemptsCount: z.number().optional() }).nullish() })
            .default({}),
          syncResult: z
            .object({
              resources: z
                .array(
                  z.object({
                    group: z.string().default(''),
                    kind: z.string(),
                    namespace: z.string().default(''),
                    name: z.string(),
                    status: z.string().default(''),
                  }),
                )
                .default([]),
            })
            .optional(),
        })
        .optional(),
      resources: z
        .array(
          z.object({
            group: z.string().default(''),
            version: z.string(),
            kind: z.string(),
            namespace: z.string().default(''),
            name: z.string(),
            status: z.string().default(''),
            hook: z.boolean().default(false),
            requiresPruning: z.boolean().default(false),
          }),
        )
        .default([]),
    })
    .default({ resources: [] }),
});

export type ApplicationView = z.infer<typeof applicationSchema>;

/** @returns undefined for what is no Application that we could act on */
export function parseApplication(object: KubeObject | undefined): ApplicationView | undefined {
  const parsed = applicationSchema.safeParse(object);
  return parsed.success ? parsed.data : undefined;
}

const IN_CLUSTER = new Set(['in-cluster', 'https://kubernetes.default.svc']);

/** Name, or URL where that is all there is, of the cluster that the Application deploys to; `undefined` for the hub itself. */
export function destinationOf({ spec: { destination } }: ApplicationView): string | undefined {
  const cluster = destination.name ?? destination.server ?? '';
  return cluster === '' || IN_CLUSTER.has(cluster) ? undefined : cluster;
}

/** Whether what differs is to be put right without anybody asking. */
export function healsItself({ metadata, spec }: ApplicationView): boolean {
  const automated = spec.syncPolicy?.automated;
  return metadata.deletionTimestamp === undefined && automated?.enabled === true && automated.selfHeal;
}

export function prunes({ spec }: ApplicationView): boolean {
  return spec.syncPolicy?.automated?.prune === true;
}

/** Names one object within a cluster. */
export interface ObjectName {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function sameObject(a: ObjectName, b: ObjectName): boolean {
  return a.group === b.group && a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}

/** Whether the engine may be the one that deleted an object just now. */
export function mayHaveDeleted({ metadata, status }: ApplicationView, object: ObjectName): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  if (!status.resources.some((one) => sameObject(one, object))) return true;
  const state = status.operationState;
  if (state === undefined) return false;
  const heals = typeof state.operation.sync?.selfHealAttemptsCount === 'number';
  if (!heals && (state.phase === 'Running' || state.phase === 'Terminating')) return true;
  return (state.syncResult?.resources ?? []).some((one) => one.status === 'Pruned' && sameObject(one, object));
}

/** The Application's own rules about an object, and whether all of them were understood. */
export function ignoredOf({ spec }: ApplicationView, object: ObjectName): Ignored & { readonly complete: boolean } {
  const fits = (pattern: string, text: string): boolean => wildcard(pattern).test(text);
  const own = spec.ignoreDifferences.filter(
    ({ group, kind, namespace, name }) =>
      fits(group, object.group) &&
      fits(kind, object.kind) &&
      (namespace === '' || namespace === object.namespace) &&
      (name === '' || name === object.name),
  );
  const patterns = own.flatMap(({ jsonPointers, jqPathExpressions }) => [
    ...jsonPointers.map(patternOfPointer),
    ...jqPathExpressions.map(patternOfJq),
  ]);
  const fields = patterns.filter((pattern): pattern is FieldPattern => pattern !== undefined);
  const managers = own.flatMap(({ managedFieldsManagers }) => managedFieldsManagers);
  return { fields, managers, complete: fields.length === patterns.length };
}
