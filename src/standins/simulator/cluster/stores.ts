import { withoutManagedFields } from '../../../controller/index.ts';
import type { IndexedInformer, Manager, Request } from '../../../controller/index.ts';
import type { GroupVersionKind, KubeObject } from '../../../kube/index.ts';
import { controllerOf, namespaceOf, uidOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';

const KINDS = {
  Pod: ['', 'v1'],
  Service: ['', 'v1'],
  Endpoints: ['', 'v1'],
  PersistentVolume: ['', 'v1'],
  PersistentVolumeClaim: ['', 'v1'],
  Deployment: ['apps', 'v1'],
  ReplicaSet: ['apps', 'v1'],
  StatefulSet: ['apps', 'v1'],
  DaemonSet: ['apps', 'v1'],
  ControllerRevision: ['apps', 'v1'],
  Job: ['batch', 'v1'],
  CronJob: ['batch', 'v1'],
  EndpointSlice: ['discovery.k8s.io', 'v1'],
  Ingress: ['networking.k8s.io', 'v1'],
  HorizontalPodAutoscaler: ['autoscaling', 'v2'],
  PodDisruptionBudget: ['policy', 'v1'],
} as const satisfies Readonly<Record<string, readonly [group: string, version: string]>>;

export type StoredKind = keyof typeof KINDS;

const BY_CONTROLLER = 'controller';
const ORPHANS = 'orphans';
const BY_ADDRESS = 'address';
const OWNED: readonly StoredKind[] = ['Pod', 'ReplicaSet', 'ControllerRevision', 'Job', 'EndpointSlice'];

/** The objects that the simulated controllers watch, one informer a kind, shared by all of them. */
export class Stores {
  readonly #informers: ReadonlyMap<string, IndexedInformer>;

  constructor(manager: Manager) {
    const informers = new Map<string, IndexedInformer>();
    for (const [kind, [group, version]] of Object.entries(KINDS)) {
      const gvk: GroupVersionKind = { group, version, kind };
      informers.set(kind, manager.informer({ gvk, transform: withoutManagedFields }));
    }
    this.#informers = informers;
    for (const kind of OWNED) indexOwners(this.of(kind));
    this.of('Pod').index(BY_ADDRESS, (object) => {
      const { status } = object as Pod;
      return status?.podIP === undefined ? [] : [status.podIP];
    });
  }

  of(kind: StoredKind): IndexedInformer {
    const informer = this.#informers.get(kind);
    if (informer === undefined) throw new RangeError(`Cannot find a store of kind: ${kind}`);
    return informer;
  }

  byKind(kind: string): IndexedInformer | undefined {
    return this.#informers.get(kind);
  }

  get<T extends KubeObject>(kind: StoredKind, request: Request): T | undefined {
    return this.of(kind).get(request) as T | undefined;
  }

  list<T extends KubeObject>(kind: StoredKind, namespace?: string): readonly T[] {
    return this.of(kind).list(namespace) as readonly T[];
  }

  podsAt(ip: string): readonly Pod[] {
    return this.of('Pod').byIndex(BY_ADDRESS, ip) as readonly Pod[];
  }

  /** What has `owner` for its controller. */
  controlledBy<T extends KubeObject>(kind: StoredKind, owner: KubeObject): readonly T[] {
    return this.of(kind).byIndex(BY_CONTROLLER, uidOf(owner)) as readonly T[];
  }

  /** What `owner` controls, and what nobody controls in its namespace: the objects it may claim. */
  claimable<T extends KubeObject>(kind: StoredKind, owner: KubeObject): readonly T[] {
    const orphans = this.of(kind).byIndex(ORPHANS, namespaceOf(owner)) as readonly T[];
    return [...this.controlledBy<T>(kind, owner), ...orphans];
  }
}

function indexOwners(informer: IndexedInformer): void {
  informer.index(BY_CONTROLLER, (object) => {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [] : [uid];
  });
  informer.index(ORPHANS, (object) => (controllerOf(object) === undefined ? [namespaceOf(object)] : []));
}
