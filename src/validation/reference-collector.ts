import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { getPath } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';
import { containersOf, objectsIn, podTemplateOf } from './pod-templates.ts';
import type { ContainerAt, PodTemplate } from './pod-templates.ts';

/** A field that names another object. */
export interface Reference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Where it differs from that of the object with the field. */
  readonly namespace?: string;
  /** Of a ConfigMap. */
  readonly key?: string;
  readonly path: FieldPath;
}

const RBAC = 'rbac.authorization.k8s.io';

/** What an object names; what it may do without (`optional`) is left out. */
export function referencesOf(object: KubeObject): readonly Reference[] {
  const template = podTemplateOf(object);
  const own = OWN[object.kind]?.(object) ?? [];
  return template === undefined ? own : [...own, ...podReferences(template)];
}

const OWN: Readonly<Record<string, (object: KubeObject) => readonly Reference[]>> = {
  Ingress: ingressReferences,
  HorizontalPodAutoscaler: scaleReferences,
  StatefulSet: (object) => named('Service', getPath(object, 'spec', 'serviceName'), ['spec', 'serviceName']),
  RoleBinding: bindingReferences,
  ClusterRoleBinding: bindingReferences,
};

function named(kind: string, name: JsonValue | undefined, path: FieldPath): Reference[] {
  return typeof name === 'string' && name !== '' ? [{ group: '', kind, name, path }] : [];
}

/** Of `{ name, key?, optional? }`. */
function namedBy(kind: string, value: JsonValue | undefined, path: FieldPath): Reference[] {
  if (!isJsonObject(value) || value['optional'] === true) return [];
  const { key } = value;
  const found = named(kind, value['name'], [...path, 'name']);
  return kind === 'ConfigMap' && typeof key === 'string' ? found.map((one) => ({ ...one, key })) : found;
}

function podReferences(template: PodTemplate): Reference[] {
  const { spec, path } = template;
  return [
    ...containersOf(template).flatMap(containerReferences),
    ...objectsIn(spec['volumes']).flatMap(({ value, index }) => volumeReferences(value, [...path, 'volumes', index])),
    ...objectsIn(spec['imagePullSecrets']).flatMap(({ value, index }) =>
      namedBy('Secret', value, [...path, 'imagePullSecrets', index]),
    ),
    ...named('ServiceAccount', spec['serviceAccountName'], [...path, 'serviceAccountName']),
  ];
}

function containerReferences({ container, path }: ContainerAt): Reference[] {
  const env = objectsIn(container['env']).flatMap(({ value, index }) => {
    const from = [...path, 'env', index, 'valueFrom'];
    return [
      ...namedBy('ConfigMap', getPath(value, 'valueFrom', 'configMapKeyRef'), [...from, 'configMapKeyRef']),
      ...namedBy('Secret', getPath(value, 'valueFrom', 'secretKeyRef'), [...from, 'secretKeyRef']),
    ];
  });
  const envFrom = objectsIn(container['envFrom']).flatMap(({ value, index }) => [
    ...namedBy('ConfigMap', value['configMapRef'], [...path, 'envFrom', index, 'configMapRef']),
    ...namedBy('Secret', value['secretRef'], [...path, 'envFrom', index, 'secretRef']),
  ]);
  return [...env, ...envFrom];
}

function volumeReferences(volume: JsonObject, path: FieldPath): Reference[] {
  const { secret } = volume;
  const secretName = isJsonObject(secret) && secret['optional'] !== true ? secret['secretName'] : undefined;
  const claim = getPath(volume, 'persistentVolumeClaim', 'claimName');
  const sources = objectsIn(getPath(volume, 'projected', 'sources')).flatMap(({ value, index }) => [
    ...namedBy('ConfigMap', value['configMap'], [...path, 'projected', 'sources', index, 'configMap']),
    ...namedBy('Secret', value['secret'], [...path, 'projected', 'sources', index, 'secret']),
  ]);
  return [
    ...namedBy('ConfigMap', volume['configMap'], [...path, 'configMap']),
    ...named('Secret', secretName, [...path, 'secret', 'secretName']),
    ...named('PersistentVolumeClaim', claim, [...path, 'persistentVolumeClaim', 'claimName']),
    ...sources,
  ];
}

function ingressReferences(object: KubeObject): readonly Reference[] {
  const backend = (path: FieldPath): Reference[] =>
    named('Service', getPath(object, ...path, 'service', 'name'), [...path, 'service', 'name']);
  const rules = objectsIn(getPath(object, 'spec', 'rules')).flatMap(({ value, index }) =>
    objectsIn(getPath(value, 'http', 'paths')).flatMap((entry) =>
      backend(['spec', 'rules', index, 'http', 'paths', entry.index, 'backend']),
    ),
  );
  const tls = objectsIn(getPath(object, 'spec', 'tls')).flatMap(({ value, index }) =>
    named('Secret', value['secretName'], ['spec', 'tls', index, 'secretName']),
  );
  return [...backend(['spec', 'defaultBackend']), ...rules, ...tls];
}

function scaleReferences(object: KubeObject): readonly Reference[] {
  const path = ['spec', 'scaleTargetRef'];
  const target = getPath(object, ...path);
  if (!isJsonObject(target) || typeof target['kind'] !== 'string') return [];
  const apiVersion = typeof target['apiVersion'] === 'string' ? target['apiVersion'] : '';
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return named(target['kind'], target['name'], [...path, 'name']).map((found) => ({ ...found, group }));
}

/** Roles that every cluster has. */
const DEFAULT_ROLE = /^(?:cluster-admin|admin|edit|view|system:.*)$/;

function bindingReferences(object: KubeObject): readonly Reference[] {
  const kind = getPath(object, 'roleRef', 'kind');
  const role = named(kind === 'Role' ? 'Role' : 'ClusterRole', getPath(object, 'roleRef', 'name'), ['roleRef', 'name'])
    .filter(({ name }) => kind === 'Role' || !DEFAULT_ROLE.test(name))
    .map((found) => ({ ...found, group: RBAC }));
  const subjects = objectsIn(getPath(object, 'subjects')).flatMap(({ value, index }) => {
    if (value['kind'] !== 'ServiceAccount') return [];
    const { namespace } = value;
    const found = named('ServiceAccount', value['name'], ['subjects', index, 'name']);
    return found.map((one) => (typeof namespace === 'string' ? { ...one, namespace } : one));
  });
  return [...role, ...subjects];
}
