import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster, Operation } from '../cluster.ts';
import type { AdmissionOperation, AdmissionRequest } from '../ports.ts';
import { typed } from './accept-object.ts';
import { ruleOf } from './prepare.ts';

/** The write that admission judges. */
export interface Admitted {
  readonly operation: AdmissionOperation;
  readonly namespace: string;
  readonly name: string;
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly dryRun: boolean;
}

/** Every mutating step in order. Returns at once when there is none. @throws ApiError of the step that refuses */
export async function mutate(
  cluster: Cluster,
  call: Operation,
  write: Admitted & { object: KubeObject },
): Promise<KubeObject> {
  let { object } = write;
  for (const step of cluster.admission) {
    if (step.mutate === undefined) continue;
    const next = await step.mutate({ ...requestOf(call, write), object });
    if (next !== object) object = settle(cluster, call, { next, before: object, old: write.oldObject });
  }
  return object;
}

/** What makes the object this one is not for a step to change. */
const FIXED = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
  'managedFields',
] as const;

/** Types a changed object anew, and fills in the defaults of what was added. */
function settle(
  cluster: Cluster,
  call: Operation,
  change: { readonly next: KubeObject; readonly before: KubeObject; readonly old: KubeObject | undefined },
): KubeObject {
  const { object } = typed(cluster, call, structuredClone(asJson(change.next)));
  for (const field of FIXED) {
    const value = change.before.metadata[field];
    if (value === undefined) Reflect.deleteProperty(object.metadata, field);
    else Object.assign(object.metadata, { [field]: value });
  }
  return ruleOf(cluster, call.type)?.default(object, change.old) ?? object;
}

/** Every validating step in order. @throws ApiError of the step that refuses */
export async function validate(cluster: Cluster, call: Operation, write: Admitted): Promise<void> {
  for (const step of cluster.admission) await step.validate?.(requestOf(call, write));
}

/** What every step says at the last moment. @throws ApiError of the step that refuses */
export function admit(cluster: Cluster, call: Operation, write: Admitted): void {
  for (const step of cluster.admission) step.admit?.(requestOf(call, write));
}

function requestOf(call: Operation, write: Admitted): AdmissionRequest {
  const { type, info, user } = call;
  return {
    ...write,
    gvk: { group: type.group, version: type.version, kind: type.kind },
    resource: type.resource,
    subresource: info.subresource,
    user,
    warn: (message) => void call.warnings.add(message),
  };
}
