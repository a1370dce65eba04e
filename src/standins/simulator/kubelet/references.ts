import type { Container, Pod } from '../model/pod.ts';

/** A ConfigMap or Secret that must be there before a container can start. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** The container that reads it into its environment, or the volume that shows it. */
  readonly container?: string;
  readonly volume?: string;
}

/** What must exist before the Pod's containers start; optional references are left out. */
export function referencesOf({ spec }: Pod): readonly Reference[] {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return [...volumeReferences(spec.volumes ?? []), ...containers.flatMap(environmentReferences)];
}

function volumeReferences(volumes: NonNullable<Pod['spec']['volumes']>): readonly Reference[] {
  return volumes.flatMap(({ name: volume, configMap, secret }): readonly Reference[] => {
    if (configMap !== undefined && configMap.optional !== true) {
      return [{ kind: 'ConfigMap', name: configMap.name, volume }];
    }
    if (secret !== undefined && secret.optional !== true) return [{ kind: 'Secret', name: secret.secretName, volume }];
    return [];
  });
}

function environmentReferences({ name: container, env = [], envFrom = [] }: Container): readonly Reference[] {
  const configMaps = [
    ...envFrom.map(({ configMapRef }) => configMapRef),
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef),
  ];
  const secrets = [
    ...envFrom.map(({ secretRef }) => secretRef),
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef),
  ];
  const needed = (kind: Reference['kind'], found: typeof configMaps): readonly Reference[] =>
    found
      .filter((reference) => reference !== undefined && reference.optional !== true)
      .map((reference) => ({ kind, name: reference?.name ?? '', container }));
  return [...needed('ConfigMap', configMaps), ...needed('Secret', secrets)];
}
