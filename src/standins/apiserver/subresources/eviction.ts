import { isJsonObject } from '../../../core/index.ts';
import { ApiError, builtinSchema, compileLabelSelector, getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { readDocument } from '../http/body.ts';
import { jsonResponse } from '../http/exchange.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { acceptObject, placeObject } from '../registry/accept-object.ts';
import { remove } from '../registry/delete.ts';
import { parseDeleteOptions } from '../registry/delete-options.ts';
import { placeOf } from '../registry/read.ts';
import { writeOptions } from '../registry/write-options.ts';
import { notFound } from '../status.ts';

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };

/** POST …/pods/NAME/eviction: deletes the pod unless a disruption budget forbids it. @throws ApiError 404, 429 */
export async function evict(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const options = writeOptions(call);
  const schema = builtinSchema(EVICTION);
  if (schema === undefined) throw new Error('Cannot serve eviction: its schema is missing');
  const document = await readDocument(call.request, cluster.protobuf);
  const as = { gvk: EVICTION, schema };
  const eviction = acceptObject(cluster, call, { ...document, fieldValidation: options.fieldValidation, as });
  placeObject(call, eviction);
  const pod = cluster.store.collection('pods').get(placeOf(call), call.info.name);
  if (pod === undefined) throw notFound(call.type, call.info.name);
  requireBudget(cluster, pod.object());
  const given = isJsonObject(eviction['deleteOptions']) ? eviction['deleteOptions'] : {};
  const deletion = parseDeleteOptions(given);
  const dryRun = options.dryRun || deletion.dryRun;
  await remove(cluster, call, { name: call.info.name, options: { ...deletion, dryRun } });
  return jsonResponse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }, 201);
}

function requireBudget(cluster: Cluster, pod: KubeObject): void {
  const phase = getPath(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending') return;
  const budgets = cluster.store.collection('poddisruptionbudgets.policy').entries(pod.metadata.namespace);
  for (const entry of budgets) {
    const budget = entry.object();
    const selector = getPath(budget, 'spec', 'selector');
    if (selector === undefined || !compileLabelSelector(selector)(pod.metadata.labels)) continue;
    const allowed = getPath(budget, 'status', 'disruptionsAllowed') ?? 0;
    if (typeof allowed === 'number' && allowed > 0) continue;
    throw overBudget(entry.name);
  }
}

function overBudget(name: string): ApiError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const why = `The disruption budget ${name} does not allow evicting pods currently because it failed sync`;
  const causes = [{ reason: 'DisruptionBudget', message: why }];
  return new ApiError({ httpCode: 429, reason: 'TooManyRequests', message, causes, retryAfterSeconds: 10 });
}
