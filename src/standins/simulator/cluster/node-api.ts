import type { Fetch } from '../../../core/index.ts';
import { ApiError } from '../../../kube/index.ts';
import type { KubeClient } from '../../../kube/index.ts';
import { nameOf, namespaceOf, uidOf } from '../model/meta.ts';
import type { Pod } from '../model/pod.ts';

/** What scheduler and kubelet tell the API server by other means than reading and writing objects. */
export interface NodeApi {
  /** Assigns the Pod to the node. @throws ApiError `Conflict` when it has a node already */
  bind(pod: Pod, nodeName: string, signal: AbortSignal): Promise<void>;
  /** Adds to what `kubectl logs` shows of a container. @throws ApiError */
  appendLog(pod: Pod, log: { readonly container: string; readonly text: string }, signal: AbortSignal): Promise<void>;
}

/** `fetch` reaches the server of `client`; without it containers print nothing. */
export function createNodeApi(client: KubeClient, fetch?: Fetch): NodeApi {
  return {
    async bind(pod, nodeName, signal) {
      const binding = {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: nameOf(pod), namespace: namespaceOf(pod), uid: uidOf(pod) },
        target: { apiVersion: 'v1', kind: 'Node', name: nodeName },
      };
      await client.create(binding, { fieldManager: 'kube-scheduler', signal });
    },
    async appendLog(pod, { container, text }, signal) {
      if (fetch === undefined) return;
      // The embedded server's own subresource: a real kubelet is asked for its logs, and never sends them.
      const url = `${client.server}${podPath(pod)}/stoa-log?container=${encodeURIComponent(container)}`;
      const headers = { 'content-type': 'text/plain' };
      const response = await fetch(url, { method: 'POST', headers, body: text, signal });
      await response.body?.cancel();
      if (!response.ok) throw refused(response.status);
    },
  };
}

function podPath(pod: Pod): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespaceOf(pod))}/pods/${encodeURIComponent(nameOf(pod))}`;
}

function refused(httpCode: number): ApiError {
  return new ApiError({ httpCode, reason: 'Unknown', message: `The API server takes no logs: ${httpCode}` });
}
