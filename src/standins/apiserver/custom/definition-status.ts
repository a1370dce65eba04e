import { formatTime, isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { groupOf, namesOf, versionsOf } from './definition.ts';
import type { Names } from './definition.ts';

export interface NameConflict {
  readonly reason: string;
  readonly message: string;
}

/** Names of a definition that another one of the same group has already. */
export function nameConflict(definition: KubeObject, others: readonly KubeObject[]): NameConflict | undefined {
  const mine = namesOf(definition);
  for (const other of others) {
    if (other.metadata.name === definition.metadata.name || groupOf(other) !== groupOf(definition)) continue;
    const found = clash(mine, namesOf(other));
    if (found !== undefined) return found;
  }
  return undefined;
}

function clash(mine: Names, other: Names): NameConflict | undefined {
  const taken = new Set([other.plural, other.singular, ...other.shortNames]);
  if (taken.has(mine.plural)) return inUse('PluralConflict', mine.plural);
  if (taken.has(mine.singular)) return inUse('SingularConflict', mine.singular);
  const short = mine.shortNames.find((name) => taken.has(name));
  if (short !== undefined) return inUse('ShortNamesConflict', short);
  const kinds = new Set([other.kind, other.listKind]);
  if (kinds.has(mine.kind)) return inUse('KindConflict', mine.kind);
  return kinds.has(mine.listKind) ? inUse('ListKindConflict', mine.listKind) : undefined;
}

function inUse(reason: string, name: string): NameConflict {
  return { reason, message: `"${name}" is already in use` };
}

export interface StatusInput {
  readonly definition: KubeObject;
  readonly conflict: NameConflict | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The status that a definition should have. */
export function definitionStatus({ definition, conflict, now }: StatusInput): JsonObject {
  const status = getPath(definition, 'status');
  const current = isJsonObject(status) ? status : {};
  const conditions = new Conditions(current['conditions'], formatTime(now));
  if (conflict === undefined) {
    conditions.set('NamesAccepted', { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' });
    const message = 'the initial names have been accepted';
    conditions.set('Established', { status: 'True', reason: 'InitialNamesAccepted', message });
  } else {
    conditions.set('NamesAccepted', { status: 'False', ...conflict });
    if (!conditions.has('Established')) {
      const message = 'not all names are accepted';
      conditions.set('Established', { status: 'False', reason: 'NotAccepted', message });
    }
  }
  if (definition.metadata.deletionTimestamp !== undefined)
    conditions.set('Terminating', {
      status: 'True',
      reason: 'InstanceDeletionInProgress',
      message: 'CustomResource deletion is in progress',
    });
  return {
    conditions: conditions.list,
    acceptedNames:
      conflict === undefined ? acceptedNames(definition) : (current['acceptedNames'] ?? { kind: '', plural: '' }),
    storedVersions: storedVersions(definition, current['storedVersions']),
  };
}

export function isEstablished(definition: KubeObject): boolean {
  const conditions = getPath(definition, 'status', 'conditions');
  if (!Array.isArray(conditions)) return false;
  return conditions.some((each) => isJsonObject(each) && each['type'] === 'Established' && each['status'] === 'True');
}

function acceptedNames(definition: KubeObject): JsonObject {
  const names = namesOf(definition);
  return {
    kind: names.kind,
    listKind: names.listKind,
    plural: names.plural,
    singular: names.singular,
    ...(names.shortNames.length > 0 ? { shortNames: [...names.shortNames] } : {}),
    ...(names.categories.length > 0 ? { categories: [...names.categories] } : {}),
  };
}

function storedVersions(definition: KubeObject, current: JsonValue | undefined): JsonValue[] {
  const stored = Array.isArray(current) ? current : [];
  const storage = versionsOf(definition).find((version) => version['storage'] === true)?.['name'];
  return storage === undefined || stored.includes(storage) ? stored : [...stored, storage];
}

interface Condition {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Conditions by type; the time moves only when the status does. */
class Conditions {
  readonly list: JsonObject[];
  readonly #time: string;

  constructor(current: JsonValue | undefined, time: string) {
    this.list = Array.isArray(current) ? current.filter(isJsonObject).map((each) => ({ ...each })) : [];
    this.#time = time;
  }

  has(type: string): boolean {
    return this.list.some((each) => each['type'] === type);
  }

  set(type: string, condition: Condition): void {
    const index = this.list.findIndex((each) => each['type'] === type);
    const before = this.list[index];
    const same = before?.['status'] === condition.status;
    const lastTransitionTime = same ? (before['lastTransitionTime'] ?? this.#time) : this.#time;
    const next = {
      lastTransitionTime,
      message: condition.message,
      reason: condition.reason,
      status: condition.status,
      type,
    };
    if (index < 0) this.list.push(next);
    else this.list[index] = next;
  }
}
