import type { KubeObject } from '../kube/index.ts';
import { ANNOTATION, annotation } from './annotations.ts';
import { identity } from './sync-task.ts';

/** What the tracking annotation of an object says. */
export interface Tracking {
  /** The owning Application: `name`, or `namespace_name` outside the engine's namespace. */
  readonly application: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `app:group/kind:namespace/name`, as upstream writes it. */
export function trackingId(application: string, object: KubeObject): string {
  const { group, kind, namespace, name } = identity(object);
  return `${application}:${group}/${kind}:${namespace}/${name}`;
}

/** @returns undefined when the object is not tracked, or by something that is no tracking id */
export function trackingOf(object: KubeObject): Tracking | undefined {
  const value = annotation(object, ANNOTATION.trackingId);
  const match = value === undefined ? null : /^([^:]+):([^/:]*)\/([^:/]+):([^/:]*)\/(.+)$/.exec(value);
  if (match === null) return undefined;
  const [, application = '', group = '', kind = '', namespace = '', name = ''] = match;
  return { application, group, kind, namespace, name };
}

/** The Application that owns a live object; a copied annotation that names another object does not count. */
export function ownerOf(object: KubeObject): string | undefined {
  const tracking = trackingOf(object);
  if (tracking === undefined) return undefined;
  const own = identity(object);
  const same =
    tracking.group === own.group &&
    tracking.kind === own.kind &&
    tracking.name === own.name &&
    // Cluster-scoped objects may carry the namespace of the Application's destination.
    (own.namespace === '' || tracking.namespace === own.namespace);
  return same ? tracking.application : undefined;
}

/** The object with the annotation that makes it the Application's. */
export function withTracking(application: string, object: KubeObject): KubeObject {
  const annotations = { ...object.metadata.annotations, [ANNOTATION.trackingId]: trackingId(application, object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** How an Application is named in tracking ids. */
export function applicationName(metadata: { readonly name: string; readonly namespace: string }, home: string): string {
  return metadata.namespace === home ? metadata.name : `${metadata.namespace}_${metadata.name}`;
}

/** The inverse of {@link applicationName}. */
export function applicationKey(name: string, home: string): { readonly namespace: string; readonly name: string } {
  const split = name.indexOf('_');
  return split < 0 ? { namespace: home, name } : { namespace: name.slice(0, split), name: name.slice(split + 1) };
}
