import { getPath } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { acceptObject, placeObject } from '../registry/accept-object.ts';
import { commit } from '../registry/commit.ts';
import { isFinished } from '../registry/finished.ts';
import { valueResponse } from '../registry/render.ts';
import { writeOptions } from '../registry/write-options.ts';
import { conflict, notFound } from '../status.ts';

/** PUT /api/v1/namespaces/NAME/finalize: replaces `spec.finalizers`. @throws ApiError 404, 409 */
export async function finalizeNamespace(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const document = await readDocument(call.request, cluster.protobuf);
  const sent = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation });
  placeObject(call, sent);
  const entry = cluster.store.collection('namespaces').get('', call.info.name);
  if (entry === undefined) throw notFound(call.type, call.info.name);
  const object = entry.object();
  const { resourceVersion } = sent.metadata;
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion)
    throw conflict(call.type, call.info.name);
  const finalizers = getPath(sent, 'spec', 'finalizers');
  object['spec'] = Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers } : {};
  if (!options.dryRun) {
    const remove = isFinished(object);
    await commit(cluster, call, { location: entry, object, remove, fieldManager: options.fieldManager });
  }
  return valueResponse(cluster, call, { object });
}
