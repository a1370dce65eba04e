import type { Change, ManagedControllerOptions, Request } from '../../../controller/index.ts';
import { requestOf } from '../../../controller/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Actor, Cluster } from '../cluster/cluster.ts';
import { planner } from '../cluster/planner.ts';
import type { Plan } from '../cluster/plan.ts';
import type { StoredKind } from '../cluster/stores.ts';
import { controllerOf, namespaceOf, uidOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';
import { planAutoscaler } from './plan-autoscaler.ts';
import type { Autoscaler } from './plan-autoscaler.ts';
import { planClaim, planReclaim, volumeNameOf } from './plan-claim.ts';
import type { Claim, PersistentVolume } from './plan-claim.ts';
import { planDisruptionBudget } from './plan-disruption-budget.ts';
import type { DisruptionBudget } from './plan-disruption-budget.ts';

const MANAGER = 'kube-controller-manager';
const VOLUMES: Actor = { manager: MANAGER, component: 'persistentvolume-controller' };
const DISRUPTION: Actor = { manager: MANAGER, component: 'controllermanager' };
const AUTOSCALER: Actor = { manager: MANAGER, component: 'horizontal-pod-autoscaler' };
const SCALABLE: readonly StoredKind[] = ['Deployment', 'StatefulSet', 'ReplicaSet'];

export function platformControllers(cluster: Cluster): readonly ManagedControllerOptions[] {
  const { stores } = cluster;
  return [
    {
      name: 'persistentvolumeclaim',
      reconciler: planner(cluster, VOLUMES, (request) => planClaimOf(cluster, request)),
      watches: [
        { informer: stores.of('PersistentVolumeClaim') },
        { informer: stores.of('PersistentVolume'), map: claimOf },
      ],
    },
    {
      name: 'persistentvolume',
      reconciler: planner(cluster, VOLUMES, (request) => planReclaimOf(cluster, request)),
      watches: [
        { informer: stores.of('PersistentVolume') },
        { informer: stores.of('PersistentVolumeClaim'), map: volumesOf },
      ],
    },
    {
      name: 'disruption',
      reconciler: planner(cluster, DISRUPTION, (request) => planBudgetOf(cluster, request)),
      watches: [
        { informer: stores.of('PodDisruptionBudget') },
        { informer: stores.of('Pod'), map: (change) => inNamespaceOf(cluster, 'PodDisruptionBudget', change) },
        ...SCALABLE.map((kind) => ({
          informer: stores.of(kind),
          map: (change: Change) => inNamespaceOf(cluster, 'PodDisruptionBudget', change),
        })),
      ],
    },
    {
      name: 'autoscaler',
      reconciler: planner(cluster, AUTOSCALER, (request) => planAutoscalerOf(cluster, request)),
      watches: [
        { informer: stores.of('HorizontalPodAutoscaler') },
        ...SCALABLE.map((kind) => ({
          informer: stores.of(kind),
          map: (change: Change) => inNamespaceOf(cluster, 'HorizontalPodAutoscaler', change),
        })),
      ],
    },
  ];
}

function inNamespaceOf({ stores }: Cluster, kind: StoredKind, change: Change): readonly Request[] {
  const object = change.after ?? change.before;
  return object === undefined ? [] : stores.list(kind, namespaceOf(object)).map(requestOf);
}

function claimOf({ after }: Change): readonly Request[] {
  const { name, namespace } = (after as PersistentVolume | undefined)?.spec.claimRef ?? {};
  return name === undefined || namespace === undefined ? [] : [{ namespace, name }];
}

function volumesOf({ before, after }: Change): readonly Request[] {
  const claim = (after ?? before) as Claim | undefined;
  return claim === undefined ? [] : [{ name: volumeNameOf(claim) }];
}

function planClaimOf({ stores }: Cluster, request: Request): Plan | undefined {
  const claim = stores.get<Claim>('PersistentVolumeClaim', request);
  if (claim === undefined) return undefined;
  return planClaim(claim, stores.get<PersistentVolume>('PersistentVolume', { name: volumeNameOf(claim) }));
}

function planReclaimOf({ stores }: Cluster, request: Request): Plan | undefined {
  const volume = stores.get<PersistentVolume>('PersistentVolume', request);
  if (volume === undefined) return undefined;
  const { name = '', namespace = '', uid } = volume.spec.claimRef ?? {};
  const claim = stores.get('PersistentVolumeClaim', { namespace, name });
  return planReclaim(volume, claim !== undefined && uidOf(claim) === uid);
}

function planBudgetOf({ stores, clock }: Cluster, request: Request): Plan | undefined {
  const budget = stores.get<DisruptionBudget>('PodDisruptionBudget', request);
  if (budget === undefined) return undefined;
  const pods = stores.list<Pod>('Pod', namespaceOf(budget));
  const scaleOf = (pod: Pod): Scale | undefined => scaleOfController({ stores }, pod);
  return planDisruptionBudget({ budget, pods, scaleOf, now: clock.now() });
}

interface Scale {
  readonly uid: string;
  readonly replicas: number;
}

/** Of the workload at the top: of a Deployment's Pods the Deployment's. */
function scaleOfController({ stores }: Pick<Cluster, 'stores'>, object: KubeObject): Scale | undefined {
  const owner = controllerOf(object);
  const kind = SCALABLE.find((scalable) => scalable === owner?.kind);
  if (owner === undefined || kind === undefined) return undefined;
  const found = stores.get<KubeObject & { spec: { replicas?: number } }>(kind, {
    namespace: namespaceOf(object),
    name: owner.name,
  });
  if (found === undefined || uidOf(found) !== owner.uid) return undefined;
  return scaleOfController({ stores }, found) ?? { uid: uidOf(found), replicas: found.spec.replicas ?? 1 };
}

function planAutoscalerOf({ stores, clock }: Cluster, request: Request): Plan | undefined {
  const autoscaler = stores.get<Autoscaler>('HorizontalPodAutoscaler', request);
  if (autoscaler === undefined) return undefined;
  const { kind, name } = autoscaler.spec.scaleTargetRef;
  const scalable = SCALABLE.find((known) => known === kind);
  // Nobody here can tell the size of another kind: it is left to the controller of that kind.
  if (scalable === undefined) return undefined;
  const target = stores.get<KubeObject & { spec: { replicas?: number } }>(scalable, {
    namespace: namespaceOf(autoscaler),
    name,
  });
  return planAutoscaler(autoscaler, target === undefined ? undefined : (target.spec.replicas ?? 1), clock.now());
}
