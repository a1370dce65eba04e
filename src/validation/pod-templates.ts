import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { getPath } from '../kube/index.ts';
import type { KubeObject, Labels } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';

/** The pods that an object makes, or is. */
export interface PodTemplate {
  readonly labels: Labels;
  readonly spec: JsonObject;
  /** Of the spec within the object. */
  readonly path: FieldPath;
}

const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Rollout: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const path = Object.hasOwn(TEMPLATES, object.kind) ? TEMPLATES[object.kind] : undefined;
  if (path === undefined) return undefined;
  const spec = getPath(object, ...path, 'spec');
  if (!isJsonObject(spec)) return undefined;
  return { labels: labelsOf(getPath(object, ...path, 'metadata', 'labels')), spec, path: [...path, 'spec'] };
}

export function labelsOf(value: JsonValue | undefined): Labels {
  return isJsonObject(value) ? (value as unknown as Labels) : {};
}

export interface ContainerAt {
  readonly container: JsonObject;
  readonly path: FieldPath;
}

const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Containers of every kind. */
export function containersOf({ spec, path }: PodTemplate): readonly ContainerAt[] {
  return CONTAINER_LISTS.flatMap((list) =>
    objectsIn(spec[list]).map(({ value, index }) => ({ container: value, path: [...path, list, index] })),
  );
}

/** The objects of a list with their places; anything else is none. */
export function objectsIn(
  value: JsonValue | undefined,
): readonly { readonly value: JsonObject; readonly index: number }[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item, index) => (isJsonObject(item) ? [{ value: item, index }] : []));
}
