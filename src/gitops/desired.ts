import { jsonEqual, messageOf } from '../core/index.ts';
import { asJson, getPath } from '../kube/index.ts';
import type { ApiResource, KubeObject } from '../kube/index.ts';
import { ANNOTATION, annotation } from './annotations.ts';
import type { ApplicationCondition } from './application.ts';
import { isHook, isSkipped } from './hooks.ts';
import { definedKind } from './sync-order.ts';
import { identity, resourceKey } from './sync-task.ts';
import { withTracking } from './tracking.ts';

/** What an Application wants in its cluster. */
export interface DesiredState {
  readonly targets: readonly KubeObject[];
  readonly hooks: readonly KubeObject[];
  readonly conditions: readonly ApplicationCondition[];
}

export interface PlaceOptions {
  /** As in tracking ids. */
  readonly application: string;
  /** Of namespaced objects that name none. */
  readonly namespace: string;
  readonly resourceFor: (object: KubeObject) => Promise<ApiResource | undefined>;
  /** Targets of before: one that is still wanted as it was stays the very same object. @default none */
  readonly before?: readonly KubeObject[];
}

/**
 * Makes rendered objects the Application's: namespaces filled in, tracking annotation set, hooks apart, an object that
 * is rendered twice taken as it came last.
 */
export async function placeObjects(objects: readonly KubeObject[], options: PlaceOptions): Promise<DesiredState> {
  const definitions = new Map(
    objects.flatMap((object) => {
      const kind = definedKind(object);
      return kind === undefined ? [] : [[kind, getPath(object, 'spec', 'scope') !== 'Cluster'] as const];
    }),
  );
  const before = new Map(options.before?.map((target) => [resourceKey(target), target]));
  const targets = new Map<string, KubeObject>();
  const repeated = new Map<string, number>();
  const hooks: KubeObject[] = [];
  for (const object of objects) {
    const { group, kind } = identity(object);
    const resource = await options.resourceFor(object);
    const namespaced = resource?.namespaced ?? definitions.get(`${group}/${kind}`) ?? true;
    const placed = withTracking(options.application, inNamespace(object, namespaced ? options.namespace : undefined));
    if (isHook(placed)) {
      hooks.push(placed);
    } else if (!isSkipped(placed)) {
      const key = resourceKey(placed);
      if (targets.has(key)) repeated.set(key, (repeated.get(key) ?? 1) + 1);
      const known = before.get(key);
      targets.set(key, known !== undefined && jsonEqual(asJson(known), asJson(placed)) ? known : placed);
    }
  }
  return { targets: [...targets.values()], hooks, conditions: [...repeated].map(repeatedResource) };
}

function repeatedResource([key, count]: readonly [string, number]): ApplicationCondition {
  return {
    type: 'RepeatedResourceWarning',
    message: `Resource ${key} appeared ${count} times among application resources.`,
  };
}

/** @param namespace of a namespaced kind, undefined for a cluster-scoped one */
function inNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: own = '', ...metadata } = object.metadata;
  if (namespace === undefined) return own === '' ? object : { ...object, metadata };
  return own === '' ? { ...object, metadata: { ...metadata, namespace } } : object;
}

export function errorCondition(type: ApplicationCondition['type'], error: unknown): ApplicationCondition {
  return { type, message: messageOf(error) };
}

/** An object that does not count in the health of its Application. */
export function ignoresHealth(object: KubeObject | undefined): boolean {
  return annotation(object, ANNOTATION.ignoreHealthcheck) === 'true';
}
