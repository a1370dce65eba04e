import { z } from 'zod';
import type { KubeObject } from '../kube/index.ts';
import { DEFAULT_CO_OWNERS } from './co-owners.ts';
import { wildcard } from './field-pattern.ts';
import { compileCoOwner, fieldPattern } from './rules.ts';
import type { CoOwner, DriftException } from './rules.ts';

const DAY_MS = 86_400_000;
const text = z.string().min(1).max(253);
const texts = z.array(text).max(100);

const coOwner = z.object({
  name: text,
  managers: texts.min(1),
  kinds: texts.optional(),
  fields: texts.optional(),
  subresource: text.optional(),
  creates: z.boolean().optional(),
});

const addedObjects = z.object({
  /** Clusters and namespaces, with `*`. */
  clusters: texts.default(['*']),
  namespaces: texts.min(1),
  kinds: z.array(z.object({ group: z.string().default(''), version: text, kind: text })).max(50),
  action: z.enum(['Alert', 'Remove']),
});

const policySpec = z.object({
  coOwners: z.array(coOwner).max(200).default([]),
  addedObjects: z.array(addedObjects).max(50).default([]),
  exceptions: z.object({ longestDays: z.number().int().min(1).max(3650) }).optional(),
  alerts: z.object({ alertmanager: z.url({ protocol: /^https?$/ }) }).optional(),
});

const exceptionSpec = z.object({
  owner: text,
  reason: text,
  expires: z.iso.datetime({ offset: true }),
  cluster: text.optional(),
  application: text.optional(),
  object: z.object({ group: z.string().optional(), kind: text.optional(), namespace: text.optional(), name: text }),
  fields: texts.optional(),
});

/** Objects that nobody is to bring into some namespaces past Git. */
export interface AddedObjectsRule {
  readonly clusters: readonly RegExp[];
  readonly namespaces: readonly RegExp[];
  readonly kinds: readonly { readonly group: string; readonly version: string; readonly kind: string }[];
  readonly action: 'Alert' | 'Remove';
}

/** All DriftPolicy and DriftException objects of the hub together. */
export interface DriftPolicy {
  readonly coOwners: readonly CoOwner[];
  readonly addedObjects: readonly AddedObjectsRule[];
  readonly exceptions: readonly DriftException[];
  /** Base URLs. */
  readonly alertmanagers: readonly string[];
  /** What could not be read, each as a sentence: it counts as not there. */
  readonly faults: readonly string[];
}

/** An exception ends after this many days at the latest, unless a policy says otherwise. */
const LONGEST_DAYS = 90;

const builtin = DEFAULT_CO_OWNERS.map(compileCoOwner);

/** Reads what `stoa-envs` says about drift. Policies add up; what is wrong in one object does not count, and is named. */
export function readPolicy(policies: readonly KubeObject[], exceptions: readonly KubeObject[]): DriftPolicy {
  const faults: string[] = [];
  const specs = policies.flatMap((object) => parsed(object, policySpec, faults));
  const compiled = specs.flatMap(({ spec, name }) =>
    spec.coOwners.flatMap((one) => attempt(() => compileCoOwner(one), `DriftPolicy ${name}`, faults)),
  );
  const days = specs.flatMap(({ spec }) => spec.exceptions?.longestDays ?? []);
  const longest = (days.length === 0 ? LONGEST_DAYS : Math.max(...days)) * DAY_MS;
  return {
    coOwners: [...builtin, ...compiled],
    addedObjects: specs.flatMap(({ spec }) => spec.addedObjects.map(compileAddedObjects)),
    exceptions: exceptions.flatMap((object) =>
      parsed(object, exceptionSpec, faults).flatMap(({ spec, name }) =>
        attempt(() => compileException(spec, { name, object, longest }), `DriftException ${name}`, faults),
      ),
    ),
    alertmanagers: [...new Set(specs.flatMap(({ spec }) => spec.alerts?.alertmanager ?? []))],
    faults,
  };
}

interface Named<T> {
  readonly name: string;
  readonly spec: T;
}

function parsed<T>(object: KubeObject, schema: z.ZodType<T>, faults: string[]): readonly Named<T>[] {
  const name = object.metadata.name ?? '';
  const result = schema.safeParse(object['spec']);
  if (result.success) return [{ name, spec: result.data }];
  const [issue] = result.error.issues;
  faults.push(`${object.kind} ${name}: ${['spec', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'invalid'}`);
  return [];
}

function attempt<T>(make: () => T, what: string, faults: string[]): readonly T[] {
  try {
    return [make()];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    faults.push(`${what}: ${error.message}`);
    return [];
  }
}

function compileAddedObjects({ clusters, namespaces, kinds, action }: z.infer<typeof addedObjects>): AddedObjectsRule {
  return { clusters: clusters.map(wildcard), namespaces: namespaces.map(wildcard), kinds, action };
}

interface ExceptionContext {
  readonly name: string;
  readonly object: KubeObject;
  /** Milliseconds. */
  readonly longest: number;
}

function compileException(
  { owner, reason, expires, cluster, application, object: about, fields = [] }: z.infer<typeof exceptionSpec>,
  { name, object, longest }: ExceptionContext,
): DriftException {
  const created = Date.parse(object.metadata.creationTimestamp ?? '');
  const latest = Number.isNaN(created) ? Infinity : created + longest;
  const optional = (pattern: string | undefined): RegExp | undefined =>
    pattern === undefined ? undefined : wildcard(pattern);
  return {
    ...{ name, owner, reason, expires: Math.min(Date.parse(expires), latest) },
    ...{ cluster: optional(cluster), application: optional(application) },
    ...{ group: optional(about.group), kind: optional(about.kind), namespace: optional(about.namespace) },
    objectName: wildcard(about.name),
    fields: fields.map(fieldPattern),
  };
}
