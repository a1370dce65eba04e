import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import type { ImageSpec } from './kustomization.ts';
import { gvk, nameOf, update } from './resource.ts';
import type { Resource } from './resource.ts';

const CLUSTER_SCOPED = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'ComponentStatus',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** `namespace:` on everything that lives in one, and on the service accounts that bindings name. */
export function setNamespace(resources: readonly Resource[], namespace: string): void {
  for (const resource of resources) {
    const { kind } = gvk(resource);
    if (kind === 'Namespace') continue;
    if (!CLUSTER_SCOPED.has(kind)) update(resource, ['metadata', 'namespace'], { map: () => namespace, create: true });
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') {
      update(resource, ['subjects', '[]'], {
        map: (subject) => (isDefaultAccount(subject) ? { ...subject, namespace } : subject),
      });
    }
  }
}

function isDefaultAccount(subject: JsonValue | undefined): subject is JsonObject {
  return isJsonObject(subject) && subject['kind'] === 'ServiceAccount' && subject['name'] === 'default';
}

const TEMPLATES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(Deployment|ReplicaSet|DaemonSet|StatefulSet|Job|ReplicationController)$/, ['spec', 'template', 'metadata']],
  [/^CronJob$/, ['spec', 'jobTemplate', 'spec', 'template', 'metadata']],
];

export interface LabelOptions {
  readonly pairs: Readonly<Record<string, string>>;
  readonly selectors: boolean;
  readonly templates: boolean;
}

/** Labels on objects and, where asked for, on pod templates and selectors. */
export function setLabels(resources: readonly Resource[], { pairs, selectors, templates }: LabelOptions): void {
  const merge = {
    map: (value: JsonValue | undefined) => ({ ...(isJsonObject(value) ? value : {}), ...pairs }),
    create: true,
  };
  for (const resource of resources) {
    const { kind, group } = gvk(resource);
    update(resource, ['metadata', 'labels'], merge);
    if (templates || selectors) {
      const template = TEMPLATES.find(([pattern]) => pattern.test(kind))?.[1];
      if (template !== undefined) update(resource, [...template, 'labels'], merge);
      if (kind === 'CronJob') update(resource, ['spec', 'jobTemplate', 'metadata', 'labels'], merge);
      if (kind === 'StatefulSet') update(resource, ['spec', 'volumeClaimTemplates', '[]', 'metadata', 'labels'], merge);
    }
    if (selectors) setSelectors(resource, { kind, group, merge });
  }
}

interface SelectorChange {
  readonly kind: string;
  readonly group: string;
  readonly merge: { readonly map: (value: JsonValue | undefined) => JsonValue };
}

function setSelectors(resource: Resource, { kind, group, merge }: SelectorChange): void {
  if (kind === 'Service' && group === '') update(resource, ['spec', 'selector'], { ...merge, create: true });
  if (kind === 'ReplicationController') update(resource, ['spec', 'selector'], { ...merge, create: true });
  if (/^(Deployment|ReplicaSet|DaemonSet|StatefulSet)$/.test(kind))
    update(resource, ['spec', 'selector', 'matchLabels'], { ...merge, create: true });
  if (kind === 'PodDisruptionBudget') update(resource, ['spec', 'selector', 'matchLabels'], merge);
  if (kind === 'NetworkPolicy') update(resource, ['spec', 'podSelector', 'matchLabels'], merge);
}

export function setAnnotations(resources: readonly Resource[], pairs: Readonly<Record<string, string>>): void {
  const merge = {
    map: (value: JsonValue | undefined) => ({ ...(isJsonObject(value) ? value : {}), ...pairs }),
    create: true,
  };
  for (const resource of resources) {
    update(resource, ['metadata', 'annotations'], merge);
    const template = TEMPLATES.find(([pattern]) => pattern.test(gvk(resource).kind))?.[1];
    if (template !== undefined) update(resource, [...template, 'annotations'], merge);
  }
}

/** New names, tags and digests of images, wherever a list of containers names them. */
export function setImages(resources: readonly Resource[], images: readonly ImageSpec[]): void {
  for (const resource of resources) {
    if (gvk(resource).kind !== 'CustomResourceDefinition')
      resource.content = renameImages(resource.content, images) as JsonObject;
  }
}

function renameImages(value: JsonValue, images: readonly ImageSpec[]): JsonValue {
  if (Array.isArray(value)) return value.map((item) => renameImages(item, images));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isList = (key === 'containers' || key === 'initContainers') && Array.isArray(item);
      return [key, isList ? item.map((container) => renameImage(container, images)) : renameImages(item, images)];
    }),
  );
}

function renameImage(container: JsonValue, images: readonly ImageSpec[]): JsonValue {
  if (!isJsonObject(container) || typeof container['image'] !== 'string') return container;
  return { ...container, image: images.reduce(replaceImage, container['image']) };
}

function replaceImage(current: string, { name, newName, newTag, digest }: ImageSpec): string {
  const [rest = '', oldDigest] = current.split('@');
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  const base = hasTag ? rest.slice(0, colon) : rest;
  if (base !== name) return current;
  const tag = newTag ?? (digest === undefined && hasTag ? rest.slice(colon + 1) : undefined);
  const suffix = digest ?? (newTag === undefined ? oldDigest : undefined);
  return `${newName ?? base}${tag === undefined ? '' : `:${tag}`}${suffix === undefined ? '' : `@${suffix}`}`;
}

const SCALED = /^(Deployment|ReplicaSet|StatefulSet|ReplicationController)$/;

export function setReplicas(
  resources: readonly Resource[],
  { name, count }: { readonly name: string; readonly count: number },
): number {
  const matching = resources.filter(
    (resource) => SCALED.test(gvk(resource).kind) && (nameOf(resource) === name || resource.names.includes(name)),
  );
  for (const resource of matching) update(resource, ['spec', 'replicas'], { map: () => count, create: true });
  return matching.length;
}
