import { getPath, gvkOf } from '../kube/index.ts';
import type { JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { objectsIn } from './pod-templates.ts';

/** Names of objects that a controller makes out of this one, in its namespace. */
export interface Produced {
  readonly kind: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim';
  readonly name: string;
}

/** By group and kind. */
const PRODUCERS: Readonly<Record<string, (object: KubeObject) => readonly (JsonValue | undefined)[]>> = {
  'external-secrets.io/ExternalSecret': (object) => [getPath(object, 'spec', 'target', 'name') ?? object.metadata.name],
  'bitnami.com/SealedSecret': (object) => [
    getPath(object, 'spec', 'template', 'metadata', 'name') ?? object.metadata.name,
  ],
  'cert-manager.io/Certificate': (object) => [getPath(object, 'spec', 'secretName')],
  'secrets.hashicorp.com/VaultStaticSecret': (object) => [getPath(object, 'spec', 'destination', 'name')],
  'secrets.hashicorp.com/VaultDynamicSecret': (object) => [getPath(object, 'spec', 'destination', 'name')],
  'secrets.hashicorp.com/VaultPKISecret': (object) => [getPath(object, 'spec', 'destination', 'name')],
  'networking.k8s.io/Ingress': ingressCertificates,
};

const ISSUERS = ['cert-manager.io/issuer', 'cert-manager.io/cluster-issuer'];

/** cert-manager makes the Secrets of an Ingress that names an issuer. */
function ingressCertificates(object: KubeObject): readonly (JsonValue | undefined)[] {
  const { annotations = {} } = object.metadata;
  if (!ISSUERS.some((issuer) => issuer in annotations)) return [];
  return objectsIn(getPath(object, 'spec', 'tls')).map(({ value }) => value['secretName']);
}

export function producedBy(object: KubeObject): readonly Produced[] {
  const { group, kind } = gvkOf(object);
  const names = PRODUCERS[`${group}/${kind}`]?.(object) ?? [];
  return names.flatMap((name) => (typeof name === 'string' ? [{ kind: 'Secret' as const, name }] : []));
}
