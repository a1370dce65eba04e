import { jsonEqual } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { asJson, gvkOf } from '../kube/index.ts';
import type { GroupVersionKind, KubeObject } from '../kube/index.ts';
import { destinationOf, ignoredOf, prunes, sameObject } from './application-view.ts';
import type { ApplicationView, ObjectName } from './application-view.ts';
import { creatorOf } from './drift-state.ts';
import { formatPath, valueAt } from './field-path.ts';
import { entriesOf, isEngine } from './ownership.ts';
import type { DriftPolicy } from './policy.ts';
import { appliesTo, isExcepted, mayCreate } from './rules.ts';
import type { Rules } from './rules.ts';

/** An object that an Application answers for. */
export interface Guarded {
  readonly key: string;
  /** `undefined`: the hub itself. */
  readonly cluster: string | undefined;
  readonly application: ApplicationView;
  /** Somebody brought it past Git. */
  readonly added: boolean;
  /** Who brought it past Git is to find it gone. */
  readonly removable: boolean;
}

export const HUB = 'hub';

/** What every namespace gets from the cluster, or a service mesh, whoever is named as its creator. */
const NATIVE: ReadonlySet<string> = new Set([
  'ServiceAccount default',
  'ConfigMap kube-root-ca.crt',
  'ConfigMap openshift-service-ca.crt',
  'ConfigMap istio-ca-root-cert',
]);

const TRACKING = 'argocd.argoproj.io/tracking-id';

/** Which objects are looked after, and by which rules. Holds no connection. */
export class GuardedObjects {
  /** By name. */
  readonly #applications = new Map<string, ApplicationView>();
  /** Applications by the objects that they own. */
  readonly #owners = new Map<string, ApplicationView>();
  /** Values that the server puts back when they are taken away, by object and field. */
  readonly #defaults = new Map<string, Map<string, JsonValue>>();
  readonly #policy: () => DriftPolicy;

  constructor(policy: () => DriftPolicy) {
    this.#policy = policy;
  }

  applications(): readonly ApplicationView[] {
    return [...this.#applications.values()];
  }

  /** @returns keys of the objects that the Application had or has, those no longer owned apart */
  own(
    old: ApplicationView | undefined,
    application: ApplicationView | undefined,
  ): { readonly kept: readonly string[]; readonly lost: readonly string[] } {
    const kept = new Set(application === undefined ? [] : ownedKeys(application));
    const lost = (old === undefined ? [] : ownedKeys(old)).filter((key) => !kept.has(key));
    for (const key of lost) this.#owners.delete(key);
    if (application === undefined) {
      if (old !== undefined) this.#applications.delete(old.metadata.name);
    } else {
      this.#applications.set(application.metadata.name, application);
      for (const key of kept) this.#owners.set(key, application);
    }
    return { kept: [...kept], lost };
  }

  /** Keys that Applications own in a cluster, of one kind, with the names. */
  expected(
    cluster: string | undefined,
    { group, kind }: GroupVersionKind,
  ): readonly (Guarded & { readonly name: ObjectName })[] {
    return this.applications()
      .filter(
        (application) => destinationOf(application) === cluster && application.metadata.deletionTimestamp === undefined,
      )
      .flatMap((application) =>
        application.status.resources
          .filter((one) => one.group === group && one.kind === kind && !one.hook && !one.requiresPruning)
          .map((name) => ({ key: keyOf(cluster, name), cluster, application, added: false, removable: false, name })),
      );
  }

  /** @returns undefined for an object that is none of our business */
  find(cluster: string | undefined, object: KubeObject): Guarded | undefined {
    const name = nameOf(object);
    const key = keyOf(cluster, name);
    const application = this.#owners.get(key);
    if (application === undefined) return this.#marked(cluster, object, key) ?? this.#stranger(cluster, object, key);
    const resource = application.status.resources.find((one) => sameObject(one, name));
    if (resource?.hook === true) return undefined;
    // What carries the mark of the Application without being in Git, the engine prunes.
    const added = resource?.requiresPruning === true;
    return { key, cluster, application, added, removable: false };
  }

  #stranger(cluster: string | undefined, object: KubeObject, key: string): Guarded | undefined {
    const { namespace = '', ownerReferences = [] } = object.metadata;
    if (namespace === '' || ownerReferences.length > 0 || isNative(object)) return undefined;
    const application = this.applications().find(
      (one) => destinationOf(one) === cluster && one.spec.destination.namespace === namespace,
    );
    if (application === undefined) return undefined;
    const { group, kind } = gvkOf(object);
    const { addedObjects, coOwners } = this.#policy();
    const rules = addedObjects.filter(
      ({ clusters, namespaces, kinds }) =>
        clusters.some((pattern) => pattern.test(cluster ?? HUB)) &&
        namespaces.some((pattern) => pattern.test(namespace)) &&
        kinds.some((one) => one.group === group && one.kind === kind),
    );
    const managers = entriesOf(object).map(({ manager }) => manager);
    if (rules.length === 0 || managers.some(isEngine)) return undefined;
    if (mayCreate([creatorOf(object)], object, coOwners)) return undefined;
    const removable = rules.some(({ action }) => action === 'Remove') && prunes(application);
    return { key, cluster, application, added: true, removable };
  }

  /**
   * What carries the mark of an Application whose status does not list it yet: applied by the engine just now, or else
   * brought by somebody who has learnt the mark.
   */
  #marked(cluster: string | undefined, object: KubeObject, key: string): Guarded | undefined {
    const application = this.#trackedBy(object);
    if (application === undefined || destinationOf(application) !== cluster) return undefined;
    const added = !entriesOf(object).some(({ manager }) => isEngine(manager));
    return { key, cluster, application, added, removable: false };
  }

  /** The Application whose mark names this very object; a copied or invented one does not count. */
  #trackedBy(object: KubeObject): ApplicationView | undefined {
    const { group, kind, namespace, name } = nameOf(object);
    const mark = object.metadata.annotations?.[TRACKING] ?? '';
    const owner = mark.slice(0, mark.indexOf(':'));
    if (mark !== `${owner}:${group}/${kind}:${namespace}/${name}`) return undefined;
    return this.#applications.get(owner.slice(owner.indexOf('_') + 1));
  }

  /** By what an object is judged now. `complete`: all that the Application says about it was understood. */
  rules(
    { key, cluster, application }: Guarded,
    object: KubeObject,
    now: number,
  ): Rules & { readonly complete: boolean } {
    const { coOwners, exceptions } = this.#policy();
    const where = { cluster: cluster ?? HUB, application: application.metadata.name, now };
    const { complete, ...ignored } = ignoredOf(application, nameOf(object));
    const defaults = this.#defaults.get(key);
    return {
      coOwners,
      exceptions: exceptions.filter((exception) => appliesTo(exception, object, where)),
      ignored,
      isDefault: ({ path }) => {
        const value = defaults?.get(formatPath(path));
        return value !== undefined && jsonEqual(value, valueAt(asJson(object), path));
      },
      complete,
    };
  }

  /** Whether somebody answers for the object being there. */
  isExceptedWhole(guarded: Guarded, object: KubeObject, now: number): boolean {
    return isExcepted({ path: [] }, this.rules(guarded, object, now));
  }

  noteDefault(key: string, field: string, value: JsonValue): void {
    this.#defaults.set(key, (this.#defaults.get(key) ?? new Map<string, JsonValue>()).set(field, value));
  }

  forget(key: string): void {
    this.#defaults.delete(key);
  }

  /** Kinds to be watched, by cluster: what Applications own, and what nobody is to add beside it. */
  kinds(): readonly { readonly cluster: string | undefined; readonly gvk: GroupVersionKind }[] {
    const { addedObjects } = this.#policy();
    return this.applications().flatMap((application) => {
      const cluster = destinationOf(application);
      const added = addedObjects.filter(
        ({ clusters, namespaces }) =>
          clusters.some((pattern) => pattern.test(cluster ?? HUB)) &&
          namespaces.some((pattern) => pattern.test(application.spec.destination.namespace)),
      );
      const own = application.status.resources.map(({ group, version, kind }) => ({ group, version, kind }));
      return [...own, ...added.flatMap(({ kinds }) => kinds)].map((gvk) => ({ cluster, gvk }));
    });
  }
}

function isNative(object: KubeObject): boolean {
  const { group, kind, name } = nameOf(object);
  return group === '' && NATIVE.has(`${kind} ${name}`);
}

function ownedKeys(application: ApplicationView): readonly string[] {
  const cluster = destinationOf(application);
  return application.status.resources.map((resource) => keyOf(cluster, resource));
}

export function keyOf(cluster: string | undefined, { group, kind, namespace, name }: ObjectName): string {
  return [cluster ?? '', group, kind, namespace, name].join('|');
}

export function nameOf(object: KubeObject): ObjectName {
  const { group, kind } = gvkOf(object);
  const { namespace = '', name = '' } = object.metadata;
  return { group, kind, namespace, name };
}
