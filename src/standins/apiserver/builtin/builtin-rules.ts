import { builtinSchema } from '../../../kube/index.ts';
import type { GroupVersionKind, KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import type { KindRule } from '../ports.ts';
import { ACCESS_KINDS, ACCESS_TYPES } from './access.ts';
import { applyDefaults, checkFields, checkUpdate } from './apply-rules.ts';
import { APPS_KINDS, APPS_TYPES } from './apps.ts';
import { BATCH_KINDS, BATCH_TYPES } from './batch.ts';
import { CORE_KINDS, CORE_TYPES } from './core.ts';
import { NETWORKING_KINDS, NETWORKING_TYPES } from './networking.ts';
import { PLATFORM_KINDS, PLATFORM_TYPES } from './platform.ts';
import { POD_KINDS, POD_TYPES } from './pods.ts';
import type { KindTables, TypeRules } from './rules.ts';

const TYPES: TypeRules = {
  ...POD_TYPES,
  ...CORE_TYPES,
  ...APPS_TYPES,
  ...BATCH_TYPES,
  ...NETWORKING_TYPES,
  ...ACCESS_TYPES,
  ...PLATFORM_TYPES,
};

const KINDS: KindTables = {
  ...POD_KINDS,
  ...CORE_KINDS,
  ...APPS_KINDS,
  ...BATCH_KINDS,
  ...NETWORKING_KINDS,
  ...ACCESS_KINDS,
  ...PLATFORM_KINDS,
};

/**
 * Defaults, required and immutable fields of a built-in kind, by the tables of its group. What a kind needs from the
 * cluster, or beyond a table, is in `special`: it goes first in defaulting, and adds to the errors.
 */
export function builtinRule(gvk: GroupVersionKind, special?: KindRule): KindRule | undefined {
  const schema = builtinSchema(gvk);
  if (schema === undefined) return special;
  const table = KINDS[`${gvk.group}/${gvk.version}/${gvk.kind}`] ?? {};
  return {
    default(object: KubeObject, old?: KubeObject): KubeObject {
      const next = special?.default(object, old) ?? object;
      applyDefaults(TYPES, schema, next);
      table.default?.(next, old);
      return next;
    },
    validate(object: KubeObject, old?: KubeObject): readonly FieldError[] {
      return [
        ...checkFields(TYPES, schema, object),
        ...(table.check?.(object) ?? []),
        ...(special?.validate(object, old) ?? []),
        ...(old === undefined ? [] : checkUpdate(table, object, old)),
      ];
    },
  };
}
