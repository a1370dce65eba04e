import { formatTime } from '../../../core/index.ts';
import { builtinSchema, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import { jsonResponse } from '../http/exchange.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { acceptObject, placeObject } from '../registry/accept-object.ts';
import { commit } from '../registry/commit.ts';
import { placeOf } from '../registry/read.ts';
import { writeOptions } from '../registry/write-options.ts';
import { badRequest, conflict, notFound } from '../status.ts';
import { listAt, textAt } from '../tables/values.ts';

const BINDING = { group: '', version: 'v1', kind: 'Binding' };

/** POST …/pods/NAME/binding, or …/bindings with the Pod's name: what a scheduler does. @throws ApiError 400, 404, 409 */
export async function bindPod(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const schema = builtinSchema(BINDING);
  if (schema === undefined) throw new Error('Cannot serve binding: its schema is missing');
  const document = await readDocument(call.request, cluster.protobuf);
  const as = { gvk: BINDING, schema };
  const binding = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation, as });
  placeObject(call, binding);
  const node = getPath(binding, 'target', 'name');
  if (typeof node !== 'string' || node === '') throw badRequest('target.name: Required value');
  const name = call.info.name === '' ? (binding.metadata.name ?? '') : call.info.name;
  const entry = cluster.store.collection('pods').get(placeOf(call), name);
  if (entry === undefined) throw notFound(call.type, name);
  const pod = entry.object();
  const current = textAt(pod, ['spec', 'nodeName']);
  if (current !== '') throw conflict(call.type, name, `pod ${name} is already assigned to node "${current}"`);
  bind(pod, node, formatTime(cluster.clock.now()));
  if (!options.dryRun)
    await commit(cluster, call, { location: entry, object: pod, fieldManager: options.fieldManager });
  return jsonResponse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}

function bind(pod: KubeObject, node: string, lastTransitionTime: string): void {
  pod['spec'] = { ...(pod['spec'] as object), nodeName: node };
  const others = listAt(pod, 'status', 'conditions').filter((each) => each['type'] !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime };
  pod['status'] = { ...(pod['status'] as object | undefined), conditions: [...others, scheduled] };
}
