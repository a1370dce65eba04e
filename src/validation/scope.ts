import { gvkOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
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
  /** Of objects that name none. */
  readonly defaultNamespace: string;
  readonly objects: readonly KubeObject[];
  readonly #byKey = new Map<string, KubeObject | undefined>();

  constructor(placed: readonly PlacedObject[], defaultNamespace: string) {
    this.defaultNamespace = defaultNamespace;
    this.objects = placed.map(({ object }) => object);
    for (const object of this.objects) {
      const namespace = this.namespaceOf(object);
      for (const { kind, name } of producedBy(object)) {
        this.#byKey.set(print({ group: '', kind, namespace, name }), undefined);
      }
    }
    for (const object of this.objects) this.#byKey.set(print(this.#keyOf(object)), object);
  }

  namespaceOf(object: KubeObject): string {
    return object.metadata.namespace ?? this.defaultNamespace;
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
