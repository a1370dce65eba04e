import { jsonEqual } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';
import { formatPath, locate, valueAt } from './field-path.ts';
import { claimsOf, isEngine, ownedByEngine, owns } from './ownership.ts';
import type { Claim } from './ownership.ts';
import { isAllowed } from './rules.ts';
import type { Rules } from './rules.ts';
import { MOST_FIELDS, differingFields, settingsOf } from './settings.ts';
import type { Writer } from './writer.ts';

/** One field that is not as the engine, or a declared co-owner, left it. */
export interface FieldChange {
  readonly path: FieldPath;
  /** The path as text. */
  readonly field: string;
  /** `Found`: it was there before the guard looked, so that nobody knows what was there before it. */
  readonly kind: 'Added' | 'Changed' | 'Removed' | 'Found';
  /** Absent where there was nothing, or nobody knows. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  /** Field manager; empty when that cannot be told. */
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Git sets the field: the engine puts it right, not the guard. */
  readonly ofGit: boolean;
}

export interface Comparison {
  /** As the engine left it; absent at first sight. */
  readonly approved: KubeObject | undefined;
  readonly after: KubeObject;
  readonly writer: Writer | undefined;
  readonly rules: Rules;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What of an object Git did not set, no declared controller owns, and no exception covers; and what of Git's is gone. */
export function changesOf(comparison: Comparison): readonly FieldChange[] {
  const { after, rules } = comparison;
  const claims = claimsOf(after);
  const foreign = claims.filter((claim) => !isAllowed(claim, after, rules));
  const claimed = foreign.length === 0 ? [] : claimedChanges(foreign, comparison);
  return [...claimed, ...lostChanges(comparison, claims)].slice(0, MOST_FIELDS);
}

function claimedChanges(claims: readonly Claim[], { approved, after, now }: Comparison): readonly FieldChange[] {
  const known = approved === undefined ? undefined : asJson(approved);
  const engine = approved === undefined ? undefined : ownedByEngine(approved);
  const old = approved === undefined ? [] : claimsOf(approved).map(({ path }) => path);
  return claims.flatMap(({ path, manager, at = now }): FieldChange[] => {
    const field = formatPath(path);
    const base = {
      path,
      field,
      actor: manager,
      since: Math.min(at, now),
      ...optional('after', valueAt(asJson(after), path)),
    };
    // What was there before is somebody else's, too: nobody knows what it should be.
    if (known === undefined || old.some((other) => overlap(other, path)))
      return [{ ...base, kind: 'Found', ofGit: false }];
    const before = valueAt(known, path);
    if (jsonEqual(before, base.after)) return [];
    const ofGit = owns(engine, path, known);
    return [{ ...base, kind: before === undefined ? 'Added' : 'Changed', ...optional('before', before), ofGit }];
  });
}

/** What was changed without anybody owning it now: Git's fields that are gone, or whose bookkeeping was wiped. */
function lostChanges(
  { approved, after, writer, rules, now }: Comparison,
  claims: readonly Claim[],
): readonly FieldChange[] {
  if (approved === undefined || isEngine(writer?.manager ?? '')) return [];
  const [known, seen] = [asJson(approved), asJson(after)];
  const [before, engine] = [ownedByEngine(approved), ownedByEngine(after)];
  const places = claims.map(({ path }) => locate(seen, path) ?? []);
  const actor = writer?.manager ?? '';
  return differingFields(settingsOf(approved), settingsOf(after)).flatMap((path): FieldChange[] => {
    if (isBelow(locate(seen, path), places)) return [];
    const wiped = entryless(after) && !entryless(approved);
    const ofGit = owns(before, path, known);
    if ((!ofGit && !wiped) || owns(engine, path, seen)) return [];
    if (isAllowed({ path, manager: actor, subresource: '' }, after, rules)) return [];
    const values = { ...optional('before', valueAt(known, path)), ...optional('after', valueAt(seen, path)) };
    const kind = values.after === undefined ? 'Removed' : values.before === undefined ? 'Added' : 'Changed';
    return [{ path, field: formatPath(path), kind, ...values, actor, since: Math.min(writer?.at ?? now, now), ofGit }];
  });
}

function isBelow(
  place: readonly (string | number)[] | undefined,
  places: readonly (readonly (string | number)[])[],
): boolean {
  if (place === undefined) return false;
  return places.some((upper) => upper.length > 0 && upper.every((step, depth) => place[depth] === step));
}

/** Whether one of two fields is the other, or a part of it. */
function overlap(a: FieldPath, b: FieldPath): boolean {
  const depth = Math.min(a.length, b.length);
  return formatPath(a.slice(0, depth)) === formatPath(b.slice(0, depth));
}

function entryless({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).length === 0;
}

function optional<K extends string>(key: K, value: JsonValue | undefined): Readonly<Partial<Record<K, JsonValue>>> {
  return (value === undefined ? {} : { [key]: value }) as Readonly<Partial<Record<K, JsonValue>>>;
}
