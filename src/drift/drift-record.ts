import { hash } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { DRIFT } from '../evidence/index.ts';
import type { DriftFact, Fact } from '../evidence/index.ts';
import type { KubeObject } from '../kube/index.ts';

/** Kinds of `delivery.stoa.dev` that the guard reads and writes. */
export const DRIFT_EVENT = { group: 'delivery.stoa.dev', version: 'v1alpha1', kind: 'DriftEvent' } as const;

export const NAMESPACE = 'argocd';

const time = z.iso.datetime();

const changeSchema = z.object({
  field: z.string(),
  kind: z.enum(['Added', 'Changed', 'Removed', 'Found']),
  /** As text, short; of secrets a hash. */
  before: z.string().optional(),
  after: z.string().optional(),
  actor: z.string(),
  since: time,
});

const specSchema = z.object({
  /** Names the drift for ever. */
  id: z.string(),
  cluster: z.string(),
  application: z.string(),
  /** Commit that the Application follows. */
  revision: z.string(),
  object: z.object({
    group: z.string(),
    version: z.string(),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
  }),
  kind: z.enum(['Fields', 'Deleted', 'AddedObject']),
  changes: z.array(changeSchema),
  actor: z.string(),
  user: z.string().optional(),
  agent: z.string().optional(),
  since: time,
  foundAt: time,
});

const statusSchema = z.object({
  /** `Looping`: it comes back again and again. */
  phase: z.enum(['Open', 'Looping', 'Healed']),
  healedAt: time.optional(),
  healedBy: z.string().optional(),
  repeats: z.number().int().optional(),
});

const eventSchema = z.object({ spec: specSchema, status: statusSchema });

export type ShownChange = z.infer<typeof changeSchema>;

/** Everything that is told and kept of one drift. */
export interface DriftRecord extends z.infer<typeof specSchema>, z.infer<typeof statusSchema> {}

/** A DriftEvent of the hub. @returns undefined for one that is none of ours */
export function parseDriftEvent(object: KubeObject): DriftRecord | undefined {
  const { data } = eventSchema.safeParse(object);
  return data === undefined ? undefined : { ...data.spec, ...data.status };
}

/** The DriftEvent that shows the drift on the hub. */
export function driftEventOf(record: DriftRecord): KubeObject {
  const { phase, healedAt, healedBy, repeats, ...spec } = record;
  return {
    apiVersion: `${DRIFT_EVENT.group}/${DRIFT_EVENT.version}`,
    kind: DRIFT_EVENT.kind,
    metadata: { name: eventName(record), namespace: NAMESPACE },
    spec: withoutAbsent(spec),
    status: withoutAbsent({ phase, healedAt, healedBy, repeats }),
  };
}

function eventName({ cluster, id }: DriftRecord): string {
  return `drift-${hash('sha256', `${cluster}/${id}`).slice(0, 20)}`;
}

/** `Deployment stoa/web`. */
export function objectText({ kind, namespace, name }: DriftRecord['object']): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** The fact of a drift that was put right. */
export function factOf(record: DriftRecord): Fact {
  const { cluster, application, revision, object, phase: _phase, id, ...rest } = record;
  const fact: DriftFact = {
    ...rest,
    environment: cluster,
    application,
    object: objectText(object),
    fields: record.changes.map(({ field }) => field),
    healedAt: record.healedAt ?? record.foundAt,
  };
  return {
    id: `drift/${cluster}/${id}`,
    predicateType: DRIFT,
    subject: [{ name: application, digest: { gitCommit: revision } }],
    predicate: withoutAbsent(fact),
  };
}

/** Through JSON, as it will be read: what is undefined is left out. */
function withoutAbsent(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonValue as JsonObject;
}

const KEPT = 500;
const KEPT_MS = 7 * 86_400_000;

/** DriftEvents that nobody needs any more: healed a week ago, or many newer ones since. The ledger keeps them for good. */
export function outdated(events: readonly KubeObject[], now: number): readonly KubeObject[] {
  const healed = events
    .map((object) => ({ object, at: Date.parse(parseDriftEvent(object)?.healedAt ?? '') }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((a, b) => b.at - a.at);
  return healed.filter(({ at }, index) => index >= KEPT || now - at > KEPT_MS).map(({ object }) => object);
}
