import type { KubeObject } from '../../../kube/index.ts';
import type { Cluster, Operation } from '../cluster.ts';
import type { AdmissionOperation, AdmissionRequest } from '../ports.ts';

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
    if (step.mutate !== undefined) object = await step.mutate(requestOf(call, { ...write, object }));
  }
  return object;
}

/** Every validating step in order. @throws ApiError of the step that refuses */
export async function validate(cluster: Cluster, call: Operation, write: Admitted): Promise<void> {
  for (const step of cluster.admission) await step.validate?.(requestOf(call, write));
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
