import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { NOTHING, normal, planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { isTerminating, nameOf, namespaceOf, uidOf } from '../model/meta.ts';

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const PROVISIONER = 'simulated-provisioner';

export interface Claim extends KubeObject {
  spec: {
    volumeName?: string;
    storageClassName?: string;
    volumeMode?: string;
    accessModes?: string[];
    resources?: { requests?: { storage?: string } };
  };
  status?: { phase?: string; accessModes?: string[]; capacity?: { storage?: string } };
}

export interface PersistentVolume extends KubeObject {
  spec: {
    claimRef?: { name?: string; namespace?: string; uid?: string };
    capacity?: { storage?: string };
    accessModes?: string[];
    persistentVolumeReclaimPolicy?: string;
    [field: string]: unknown;
  };
  status?: { phase?: string };
}

/** Binds a claim to a volume made for it, or to the one that it names. */
export function planClaim(claim: Claim, volume: PersistentVolume | undefined): Plan {
  if (isTerminating(claim)) return NOTHING;
  const { volumeName, storageClassName } = claim.spec;
  if (volumeName === undefined || volumeName === '') {
    // Without a class nothing is provisioned; the claim waits for somebody to name a volume.
    return storageClassName === '' ? planOf([pending(claim)]) : planOf(provision(claim, volume));
  }
  if (volume === undefined) return planOf([pending(claim)]);
  const { uid } = volume.spec.claimRef ?? {};
  if (uid !== undefined && uid !== uidOf(claim)) return planOf([pending(claim)]);
  const reserve: readonly Action[] =
    uid === undefined ? [{ do: 'patch', object: volume, changes: { spec: { claimRef: claimRef(claim) } } }] : [];
  const bound: Action = { do: 'status', object: volume, status: { ...volume.status, phase: 'Bound' } };
  return planOf([...reserve, bound, boundStatus(claim, volume)]);
}

/** What becomes of a volume whose claim is gone. `isClaimed`: the claim that it names is there. */
export function planReclaim(volume: PersistentVolume, isClaimed: boolean): Plan {
  const { claimRef: reference, persistentVolumeReclaimPolicy: policy = 'Retain' } = volume.spec;
  if (isTerminating(volume) || isClaimed) return NOTHING;
  if (reference?.uid === undefined) {
    return planOf([{ do: 'status', object: volume, status: { ...volume.status, phase: 'Available' } }]);
  }
  const isOurs = volume.metadata.annotations?.[PROVISIONED_BY] === PROVISIONER;
  if (policy === 'Delete' && isOurs) return planOf([{ do: 'delete', object: volume }]);
  return planOf([{ do: 'status', object: volume, status: { ...volume.status, phase: 'Released' } }]);
}

export function volumeNameOf(claim: Claim): string {
  const { volumeName } = claim.spec;
  return volumeName === undefined || volumeName === '' ? `pvc-${uidOf(claim)}` : volumeName;
}

function provision(claim: Claim, existing: PersistentVolume | undefined): readonly Action[] {
  const object = newVolume(claim);
  const name = nameOf(object);
  const annotations = { [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' };
  const bind: Action = {
    do: 'patch',
    object: claim,
    changes: { metadata: { annotations }, spec: { volumeName: name } },
  };
  if (existing !== undefined) return [bind];
  return [
    { do: 'create', object },
    normal(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`),
    bind,
  ];
}

function newVolume(claim: Claim): PersistentVolume {
  const { accessModes = ['ReadWriteOnce'], storageClassName, volumeMode = 'Filesystem', resources } = claim.spec;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeNameOf(claim), annotations: { [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.storage ?? '1Gi' },
      claimRef: claimRef(claim),
      csi: { driver: PROVISIONER, volumeHandle: uidOf(claim) },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName === undefined ? {} : { storageClassName }),
      volumeMode,
    },
  };
}

function claimRef(claim: Claim): JsonObject & { name: string; namespace: string; uid: string } {
  const kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
  return { ...kind, name: nameOf(claim), namespace: namespaceOf(claim), uid: uidOf(claim) };
}

function pending(claim: Claim): Action {
  return { do: 'status', object: claim, status: { ...claim.status, phase: 'Pending' } };
}

function boundStatus(claim: Claim, volume: PersistentVolume): Action {
  const { accessModes = [], capacity = {} } = volume.spec;
  const storage = claim.spec.resources?.requests?.storage ?? capacity.storage;
  const status: Record<string, JsonValue> = {
    ...claim.status,
    phase: 'Bound',
    accessModes,
    capacity: { ...capacity, ...(storage === undefined ? {} : { storage }) },
  };
  return { do: 'status', object: claim, status };
}
