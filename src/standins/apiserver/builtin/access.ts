import type { JsonObject } from '../../../core/index.ts';
import type { FieldError } from '../field-error.ts';
import { jsonEqual } from '../../../core/index.ts';
import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { textsAt } from '../tables/values.ts';
import { REQUIRED, required, wrong } from './rules.ts';
import type { KindTables, TypeRules } from './rules.ts';

const RBAC = 'rbac.authorization.k8s.io';

export const ACCESS_TYPES: TypeRules = {
  V1RoleRef: {
    fields: {
      apiGroup: { default: RBAC, oneOf: [RBAC] },
      kind: { required: true, oneOf: ['ClusterRole', 'Role'] },
      name: REQUIRED,
    },
  },
  RbacV1Subject: {
    fields: {
      kind: { required: true, oneOf: ['ServiceAccount', 'User', 'Group'] },
      name: REQUIRED,
      apiGroup: { default: ({ kind }) => (kind === 'User' || kind === 'Group' ? RBAC : undefined) },
    },
    check: (subject, path) =>
      subject['kind'] === 'ServiceAccount' && (subject['namespace'] ?? '') === ''
        ? [required(`${path}.namespace`)]
        : [],
  },
  V1PolicyRule: {
    fields: { verbs: { required: 'verbs must contain at least one value' } },
    check: checkRule,
  },
};

function checkRule(rule: JsonObject, path: string): readonly FieldError[] {
  const urls = textsAt(rule, 'nonResourceURLs').length;
  const groups = textsAt(rule, 'apiGroups').length;
  const resources = textsAt(rule, 'resources').length;
  if (urls > 0)
    return groups + resources > 0
      ? [
          wrong(
            `${path}.nonResourceURLs`,
            rule['nonResourceURLs'],
            'rules cannot apply to both regular resources and non-resource URLs',
          ),
        ]
      : [];
  return [
    ...(groups === 0 ? [required(`${path}.apiGroups`, 'resource rules must supply at least one api group')] : []),
    ...(resources === 0 ? [required(`${path}.resources`, 'resource rules must supply at least one resource')] : []),
  ];
}

export const ACCESS_KINDS: KindTables = {
  [`${RBAC}/v1/RoleBinding`]: { update: roleRefUpdate },
  [`${RBAC}/v1/ClusterRoleBinding`]: { update: roleRefUpdate },
};

function roleRefUpdate(binding: KubeObject, old: KubeObject): readonly FieldError[] {
  const now = getPath(binding, 'roleRef') ?? null;
  return jsonEqual(now, getPath(old, 'roleRef') ?? null) ? [] : [wrong('roleRef', now, 'cannot change roleRef')];
}
