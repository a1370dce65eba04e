import type { JsonValue } from '../../core/index.ts';
import type { ListType, PatchStrategy, ScalarType } from '../schema-node.ts';

/** What the client's models do not tell of one field. A list without a rule is atomic, a map or an object granular. */
export interface FieldRule {
  readonly listType?: ListType;
  readonly keys?: readonly string[];
  readonly patchMergeKey?: string;
  readonly patchStrategy?: readonly PatchStrategy[];
  /** The map or object belongs as a whole to one manager; `false` undoes that of its type. */
  readonly atomic?: boolean;
  readonly default?: JsonValue;
  /** Of the scalar, or of the items or values. */
  readonly scalar?: ScalarType;
}

/** By type, then by field. */
export type FieldRules = Readonly<Record<string, Readonly<Record<string, FieldRule>>>>;

/** A list merged by keys, in server-side apply by all of them, in strategic merge by the first. */
export function mapBy(key: string, ...more: readonly string[]): FieldRule {
  return { listType: 'map', keys: [key, ...more], patchMergeKey: key, patchStrategy: ['merge'] };
}

/** A list merged by keys in server-side apply alone; a strategic merge replaces it. */
export function appliedBy(...keys: readonly string[]): FieldRule {
  return { listType: 'map', keys };
}

/** A list merged by a key in a strategic merge alone; to server-side apply it is atomic. */
export function patchedBy(key: string): FieldRule {
  return { listType: 'atomic', patchMergeKey: key, patchStrategy: ['merge'] };
}

/** As {@link mapBy}, and a strategic merge drops the members of an item that the patch does not name. */
export function unionBy(key: string): FieldRule {
  return { ...mapBy(key), patchStrategy: ['merge', 'retainKeys'] };
}

export const SET: FieldRule = { listType: 'set' };
/** A set that a strategic merge adds to. */
export const MERGED_SET: FieldRule = { listType: 'set', patchStrategy: ['merge'] };
export const ATOMIC: FieldRule = { atomic: true };
export const QUANTITY: FieldRule = { scalar: 'quantity' };
export const CONDITIONS: FieldRule = mapBy('type');
