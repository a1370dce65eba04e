import type { JsonValue } from '../core/index.ts';

/** How server-side apply treats a list. */
export type ListType = 'atomic' | 'set' | 'map';

/** How strategic merge treats a field. */
export type PatchStrategy = 'merge' | 'replace' | 'retainKeys';

export type ScalarType =
  'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'quantity' | 'bytes' | 'time' | 'duration';

/** One node of a kind's structure: built from the tables of the built-in kinds or from a CRD's schema. */
export type SchemaNode =
  | { readonly type: ScalarType; readonly default?: JsonValue }
  | {
      readonly type: 'object';
      readonly fields: ReadonlyMap<string, SchemaNode>;
      readonly required?: readonly string[];
      /** Fields not named are kept as they are (`x-kubernetes-preserve-unknown-fields`). */
      readonly preserveUnknown?: boolean;
      /** The whole value belongs to one manager. */
      readonly atomic?: boolean;
      readonly default?: JsonValue;
      /** Of the field that holds this node. */
      readonly patchStrategy?: readonly PatchStrategy[];
    }
  | { readonly type: 'map'; readonly values: SchemaNode; readonly atomic?: boolean; readonly default?: JsonValue }
  | {
      readonly type: 'list';
      readonly items: SchemaNode;
      /** @default 'atomic' */
      readonly listType?: ListType;
      /** With `listType: 'map'`. */
      readonly keys?: readonly string[];
      readonly patchMergeKey?: string;
      readonly patchStrategy?: readonly PatchStrategy[];
      readonly default?: JsonValue;
    }
  /** Anything; apply deduces the structure from the value, or with `atomic` takes it in one piece. */
  | { readonly type: 'any'; readonly atomic?: boolean; readonly default?: JsonValue };

export type ObjectSchema = Extract<SchemaNode, { type: 'object' }>;
