import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { acceptObject } from '../registry/accept-object.ts';
import { valueResponse } from '../registry/render.ts';
import { writeOptions } from '../registry/write-options.ts';
import { badRequest } from '../status.ts';
import type { Attributes } from './attributes.ts';
import { pathAttributes } from './attributes.ts';
import type { UserInfo } from './user.ts';

type Review = (cluster: Cluster, call: Call, spec: JsonObject) => JsonObject;

/** By kind: what answers a POST. */
const REVIEWS: ReadonlyMap<string, Review> = new Map<string, Review>([
  ['SelfSubjectAccessReview', (cluster, call, spec) => decide(cluster, call.user, spec)],
  ['SubjectAccessReview', (cluster, _call, spec) => decide(cluster, subjectOf(spec), spec)],
  ['LocalSubjectAccessReview', localReview],
  ['SelfSubjectRulesReview', rulesReview],
  ['SelfSubjectReview', (_cluster, call) => ({ userInfo: userInfo(call.user) })],
  ['TokenReview', tokenReview],
]);

export function isReview(kind: string): boolean {
  return REVIEWS.has(kind);
}

/** POST of a review: nothing is kept, the status is the answer. @throws ApiError */
export async function review(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const { fieldValidation } = writeOptions(call);
  const document = await readDocument(call.request, cluster.protobuf);
  const object = acceptObject(cluster, call, { ...document, fieldValidation });
  const spec = asJson(object)['spec'];
  const status = REVIEWS.get(call.type.kind)?.(cluster, call, isJsonObject(spec) ? spec : {}) ?? {};
  return valueResponse(cluster, call, { object: { ...object, status } satisfies KubeObject, status: 201 });
}

function localReview(cluster: Cluster, call: Call, spec: JsonObject): JsonObject {
  const { namespace } = call.info;
  const resource = isJsonObject(spec['resourceAttributes']) ? spec['resourceAttributes'] : {};
  if (text(resource['namespace']) !== namespace)
    throw badRequest(`spec.resourceAttributes.namespace must match metadata.namespace: ${namespace}`);
  return decide(cluster, subjectOf(spec), spec);
}

function decide(cluster: Cluster, user: UserInfo, spec: JsonObject): JsonObject {
  const { allowed, reason } = cluster.authorizer.decide(attributesOf(user, spec));
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function attributesOf(user: UserInfo, spec: JsonObject): Attributes {
  const path = spec['nonResourceAttributes'];
  if (isJsonObject(path)) return pathAttributes(user, text(path['verb']), text(path['path']));
  const resource = spec['resourceAttributes'];
  if (!isJsonObject(resource))
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  return {
    user,
    verb: text(resource['verb']),
    group: text(resource['group']),
    resource: text(resource['resource']),
    subresource: text(resource['subresource']),
    namespace: text(resource['namespace']),
    name: text(resource['name']),
  };
}

function subjectOf(spec: JsonObject): UserInfo {
  const groups = Array.isArray(spec['groups']) ? spec['groups'].filter((group) => typeof group === 'string') : [];
  return { name: text(spec['user']), groups };
}

function rulesReview(cluster: Cluster, call: Call, spec: JsonObject): JsonObject {
  const rules = cluster.authorizer.rulesFor(call.user, text(spec['namespace']));
  return {
    incomplete: false,
    resourceRules: rules
      .filter((rule) => rule.resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs: [...verbs],
        apiGroups: [...apiGroups],
        resources: [...resources],
        ...(resourceNames.length > 0 ? { resourceNames: [...resourceNames] } : {}),
      })),
    nonResourceRules: rules
      .filter((rule) => rule.nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
  };
}

function tokenReview(cluster: Cluster, _call: Call, spec: JsonObject): JsonObject {
  const user = cluster.authenticator.userOf(text(spec['token']));
  if (user === undefined) return { authenticated: false, error: 'invalid bearer token' };
  return { authenticated: true, user: userInfo(user) };
}

function userInfo(user: UserInfo): JsonObject {
  const extra = Object.entries(user.extra ?? {}).map<[string, JsonValue]>(([key, values]) => [key, [...values]]);
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
