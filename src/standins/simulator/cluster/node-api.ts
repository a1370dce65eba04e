import { isJsonObject } from '../../../core/index.ts';
import type { Fetch } from '../../../core/index.ts';
import { ApiError } from '../../../kube/index.ts';
import type { KubeClient, StatusReason } from '../../../kube/index.ts';
import { nameOf, namespaceOf, uidOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';

/** What scheduler and kubelet tell the API server by other means than objects. */
export interface NodeApi {
  /** Assigns the Pod to the node. @throws ApiError `Conflict` when it has a node already */
  bind(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** Adds to what `kubectl logs` shows of a container. @throws ApiError */
  appendLog(pod: Pod, log: { readonly container: string; readonly text: string }, signal: AbortSignal): Promise<void>;
}

export const SCHEDULER = 'kube-scheduler';

/** Speaks to the subresources of Pods that the typed client has no call for. */
export function createNodeApi(server: string, fetch: Fetch): NodeApi {
  const post = async (path: string, body: { type: string; text: string }, signal: AbortSignal): Promise<void> => {
    const headers = { accept: 'application/json', 'content-type': body.type };
    const response = await fetch(`${server}${path}`, { method: 'POST', headers, body: body.text, signal });
    if (!response.ok) throw await failureOf(response);
    await response.body?.cancel();
  };
  return {
    async bind(pod, nodeName, signal) {
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: nameOf(pod), namespace: namespaceOf(pod), uid: uidOf(pod) },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      };
      const body = { type: 'application/json', text: JSON.stringify(binding) };
      await post(`${podPath(pod)}/binding?fieldManager=${SCHEDULER}`, body, signal);
    },
    async appendLog(pod, { container, text }, signal) {
      const path = `${podPath(pod)}/stoa-log?container=${encodeURIComponent(container)}`;
      await post(path, { type: 'text/plain', text }, signal);
    },
  };
}

/** For a client alone: binds by patching the Pod, which only a lenient API server takes, and keeps no logs. */
export function createPatchingNodeApi(client: KubeClient): NodeApi {
  return {
    async bind(pod, nodeName, signal) {
      const key = { group: '', version: 'v1', kind: 'Pod', namespace: namespaceOf(pod), name: nameOf(pod) };
      const body = { metadata: { uid: uidOf(pod) }, spec: { nodeName } };
      await client.patch(key, { type: 'merge', body }, { fieldManager: SCHEDULER, signal });
    },
    appendLog: () => Promise.resolve(),
  };
}

function podPath(pod: Pod): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespaceOf(pod))}/pods/${encodeURIComponent(nameOf(pod))}`;
}

async function failureOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const status = isJsonObject(body) ? body : {};
  const reason = typeof status['reason'] === 'string' ? (status['reason'] as StatusReason) : 'Unknown';
  const message =
    typeof status['message'] === 'string' ? status['message'] : `The API server answered ${response.status}`;
  return new ApiError({ httpCode: response.status, reason, message });
}
