import type { KubeObject } from '../kube/index.ts';
import { gvkOf } from '../kube/index.ts';
import type { FieldPattern } from './field-pattern.ts';
import { covers, parseFieldPattern, wildcard } from './field-pattern.ts';
import type { Claim } from './ownership.ts';

/** Fields of some kinds that belong to a controller of the platform, as they are written down. */
export interface CoOwnerSpec {
  /** For people. */
  readonly name: string;
  /** Field managers; `*` stands for any text. */
  readonly managers: readonly string[];
  /** `apps/Deployment`, `Secret`, with `*`. @default all kinds */
  readonly kinds?: readonly string[] | undefined;
  /** @default none */
  readonly fields?: readonly string[] | undefined;
  /** Only what is written through this subresource, for instance `scale`. @default any */
  readonly subresource?: string | undefined;
  /** Whether it may also bring whole objects into an Application's namespace. @default false */
  readonly creates?: boolean | undefined;
}

export interface CoOwner {
  readonly managers: readonly RegExp[];
  readonly kinds: readonly RegExp[];
  readonly fields: readonly FieldPattern[];
  readonly subresource: string | undefined;
  readonly creates: boolean;
}

/** What somebody answers for, for a while. */
export interface DriftException {
  readonly name: string;
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** Each absent one means any. */
  readonly cluster: RegExp | undefined;
  readonly application: RegExp | undefined;
  readonly group: RegExp | undefined;
  readonly kind: RegExp | undefined;
  readonly namespace: RegExp | undefined;
  readonly objectName: RegExp;
  /** None: the object as a whole, also that it is there. */
  readonly fields: readonly FieldPattern[];
}

/** What an Application has the engine leave alone. */
export interface Ignored {
  readonly fields: readonly FieldPattern[];
  readonly managers: readonly string[];
}

/** What decides about one object. */
export interface Rules {
  readonly coOwners: readonly CoOwner[];
  /** Those in force that are about the object. */
  readonly exceptions: readonly DriftException[];
  readonly ignored: Ignored;
  /** Whether the server was seen to put the field back by itself. */
  readonly isDefault: (claim: Pick<Claim, 'path'>) => boolean;
}

/** @throws RangeError for a field that cannot be read */
export function compileCoOwner(spec: CoOwnerSpec): CoOwner {
  const { managers, kinds = ['*'], fields = [], subresource, creates = false } = spec;
  return {
    managers: managers.map(wildcard),
    kinds: kinds.map(wildcard),
    fields: fields.map(fieldPattern),
    subresource,
    creates,
  };
}

/** @throws RangeError for text that names no field */
export function fieldPattern(text: string): FieldPattern {
  const pattern = parseFieldPattern(text);
  if (pattern === undefined) throw new RangeError(`Cannot read a field: ${text}`);
  return pattern;
}

/** `apps/Deployment`, `Secret`. */
export function kindName(object: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const { group, kind } = gvkOf(object);
  return group === '' ? kind : `${group}/${kind}`;
}

/** Whether a field may be as its manager left it. */
export function isAllowed(claim: Claim, object: KubeObject, rules: Rules): boolean {
  return (
    isCoOwned(claim, object, rules) ||
    rules.ignored.managers.includes(claim.manager) ||
    rules.ignored.fields.some((field) => covers(field, claim.path)) ||
    isExcepted(claim, rules) ||
    rules.isDefault(claim)
  );
}

function isCoOwned({ manager, path, subresource }: Claim, object: KubeObject, { coOwners }: Rules): boolean {
  return coOwners.some(
    (one) =>
      (one.subresource === undefined || one.subresource === subresource) &&
      one.managers.some((pattern) => pattern.test(manager)) &&
      one.kinds.some((pattern) => pattern.test(kindName(object))) &&
      one.fields.some((field) => covers(field, path)),
  );
}

export function isExcepted({ path }: Pick<Claim, 'path'>, { exceptions }: Pick<Rules, 'exceptions'>): boolean {
  return exceptions.some(({ fields }) => fields.length === 0 || fields.some((field) => covers(field, path)));
}

/** Whether one of the managers may bring objects of the kind. */
export function mayCreate(managers: readonly string[], object: KubeObject, coOwners: readonly CoOwner[]): boolean {
  return coOwners.some(
    ({ creates, managers: patterns, kinds }) =>
      creates &&
      kinds.some((pattern) => pattern.test(kindName(object))) &&
      managers.some((manager) => patterns.some((pattern) => pattern.test(manager))),
  );
}

/** Where an object is, for exceptions. */
export interface Whereabouts {
  readonly cluster: string;
  readonly application: string;
}

/** Whether the exception is about the object, and still holds. */
export function appliesTo(
  exception: DriftException,
  object: KubeObject,
  { cluster, application, now }: Whereabouts & { readonly now: number },
): boolean {
  const { group, kind } = gvkOf(object);
  const { namespace = '', name = '' } = object.metadata;
  const about: readonly (readonly [RegExp | undefined, string])[] = [
    [exception.cluster, cluster],
    [exception.application, application],
    [exception.group, group],
    [exception.kind, kind],
    [exception.namespace, namespace],
    [exception.objectName, name],
  ];
  return now < exception.expires && about.every(([pattern, text]) => pattern === undefined || pattern.test(text));
}
