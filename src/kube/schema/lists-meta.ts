import { MERGED_SET, mapBy } from './rules.ts';
import type { FieldRules } from './rules.ts';

/** meta/v1 */
export const META_ATOMIC: readonly string[] = ['V1LabelSelector', 'V1OwnerReference'];

export const META: FieldRules = {
  V1ObjectMeta: {
    finalizers: MERGED_SET,
    ownerReferences: mapBy('uid'),
  },
};
