import { asJson, getPath } from '../../../kube/index.ts';
import { ApiError } from '../../../kube/index.ts';
import type { Entry } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import { refusalText } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { allows, matchesSubject, parseRules, parseSubjects } from './rbac-rules.ts';
import type { PolicyRule, Subject } from './rbac-rules.ts';
import { MASTERS } from './user.ts';
import type { UserInfo } from './user.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = `roles.${GROUP}`;
const CLUSTER_ROLES = `clusterroles.${GROUP}`;
const ROLE_BINDINGS = `rolebindings.${GROUP}`;
const CLUSTER_ROLE_BINDINGS = `clusterrolebindings.${GROUP}`;
const COLLECTIONS = [ROLES, CLUSTER_ROLES, ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS];

interface Binding {
  readonly namespace: string;
  readonly description: string;
  readonly subjects: readonly Subject[];
  readonly rules: readonly PolicyRule[];
}

export interface Decision {
  readonly allowed: boolean;
  /** Which binding allows it. */
  readonly reason: string;
}

/** Role-based access control over the roles and bindings of the cluster. Members of `system:masters` may do anything. */
export class Authorizer {
  readonly #store: Store;
  #bindings: readonly Binding[] = [];
  #version = '';

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws ApiError 403 */
  require(attributes: Attributes): void {
    if (this.decide(attributes).allowed) return;
    const { path, group, resource, name } = attributes;
    const about = path === undefined ? { group, kind: resource, objectName: name } : {};
    throw new ApiError({ httpCode: 403, reason: 'Forbidden', message: refusalText(attributes), ...about });
  }

  decide(attributes: Attributes): Decision {
    if (attributes.user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    for (const binding of this.#bindingsOf(attributes.user, attributes.namespace)) {
      if (binding.rules.some((rule) => allows(rule, attributes)))
        return { allowed: true, reason: `RBAC: allowed by ${binding.description}` };
    }
    return { allowed: false, reason: '' };
  }

  /** Every rule that holds for a user in a namespace. */
  rulesFor(user: UserInfo, namespace: string): readonly PolicyRule[] {
    const all = { verbs: ['*'], resourceNames: [] };
    if (user.groups.includes(MASTERS))
      return [
        { ...all, apiGroups: ['*'], resources: ['*'], nonResourceURLs: [] },
        { ...all, apiGroups: [], resources: [], nonResourceURLs: ['*'] },
      ];
    return this.#bindingsOf(user, namespace).flatMap((binding) => binding.rules);
  }

  #bindingsOf(user: UserInfo, namespace: string): readonly Binding[] {
    this.#refresh();
    return this.#bindings.filter(
      (binding) =>
        (binding.namespace === '' || binding.namespace === namespace) &&
        binding.subjects.some((subject) => matchesSubject(subject, user, binding.namespace)),
    );
  }

  #refresh(): void {
    const version = COLLECTIONS.map((id) => this.#store.collection(id).lastVersion).join(' ');
    if (version === this.#version) return;
    this.#version = version;
    const bindings = [CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS].flatMap((id) => [...this.#store.collection(id).entries()]);
    this.#bindings = bindings.map((entry) => this.#parse(entry));
  }

  #parse(entry: Entry): Binding {
    const object = entry.object();
    const { namespace, name } = entry;
    const isRole = getPath(object, 'roleRef', 'kind') === 'Role';
    const role = getPath(object, 'roleRef', 'name');
    const collection = this.#store.collection(isRole ? ROLES : CLUSTER_ROLES);
    const found = typeof role === 'string' ? collection.get(isRole ? namespace : '', role) : undefined;
    const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    const of = `${isRole ? 'Role' : 'ClusterRole'} ${JSON.stringify(role ?? '')}`;
    return {
      namespace,
      description: `${kind} ${JSON.stringify(namespace === '' ? name : `${name}/${namespace}`)} of ${of}`,
      subjects: parseSubjects(asJson(object)['subjects']),
      rules: found === undefined ? [] : parseRules(asJson(found.object())['rules']),
    };
  }
}
