import { gvkOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { Overlay } from '../kustomize/index.ts';
import { producedBy } from './produced.ts';
import type { PlacedObject } from './rendered.ts';

/** An object of a scope, found by group, kind, namespace and name. */
interface Key {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Namespaces have these without anybody making them. */
const EVERYWHERE: ReadonlySet<string> = new Set(['/ConfigMap/kube-root-ca.crt', '/ServiceAccount/default']);

/** The objects that are deployed together, and so can name one another. */
export class Scope {
  readonly #objects: readonly KubeObject[];
  readonly #namespaces = new Map<KubeObject, string>();
  readonly #byNamespace = new Map<string, KubeObject[]>();
  readonly #byKey = new Map<string, KubeObject | undefined>();

  /** @param defaultNamespace of the objects of an overlay that name none */
  constructor(placed: readonly PlacedObject[], defaultNamespace: (overlay: Overlay) => string) {
    this.#objects = placed.map(({ object }) => object);
    for (const { object, overlay } of placed) {
      const namespace = object.metadata.namespace ?? defaultNamespace(overlay);
      this.#namespaces.set(object, namespace);
      const beside = this.#byNamespace.get(namespace);
      if (beside === undefined) this.#byNamespace.set(namespace, [object]);
      else beside.push(object);
      for (const { kind, name } of producedBy(object)) {
        this.#byKey.set(print({ group: '', kind, namespace, name }), undefined);
      }
    }
    for (const object of this.#objects) this.#byKey.set(print(this.#keyOf(object)), object);
  }

  /** @param namespaces `undefined`: any */
  objectsIn(namespaces: readonly string[] | undefined): readonly KubeObject[] {
    if (namespaces === undefined) return this.#objects;
    return namespaces.flatMap((namespace) => this.#byNamespace.get(namespace) ?? []);
  }

  namespaceOf(object: KubeObject): string {
    return this.#namespaces.get(object) ?? 'default';
  }

  has(key: Key): boolean {
    const { group, kind, name } = key;
    return EVERYWHERE.has(`${group}/${kind}/${name}`) || this.#byKey.has(print(key));
  }

  /** `undefined` for what a controller makes. */
  get(key: Key): KubeObject | undefined {
    return this.#byKey.get(print(key));
  }

  #keyOf(object: KubeObject): Key {
    const { group, kind } = gvkOf(object);
    return { group, kind, namespace: this.namespaceOf(object), name: object.metadata.name ?? '' };
  }
}

/** Whatever its namespace: the kinds that are named here and have none. */
const CLUSTER_WIDE: ReadonlySet<string> = new Set(['ClusterRole']);

function print({ group, kind, namespace, name }: Key): string {
  return [group, kind, CLUSTER_WIDE.has(kind) ? '' : namespace, name].join('/');
}
