import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Call, Cluster } from '../cluster.ts';
import { isTrue } from '../http/request-info.ts';
import type { ApiResponse } from '../http/exchange.ts';
import { placeOf } from '../registry/read.ts';
import { WatchStream, bytesItem } from '../registry/watch-stream.ts';
import { badRequest, notFound } from '../status.ts';
import { listAt, textAt } from '../tables/values.ts';
import type { LogLine } from './pod-logs.ts';

const MAX_QUEUED_BYTES = 1024 * 1024;
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** GET …/pods/NAME/log. @throws ApiError 400, 404 */
export async function getLog(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const pod = podOf(cluster, call);
  const container = containerOf(call, pod);
  const uid = pod.metadata.uid ?? '';
  const format = formatOf(call);
  const lines = selected(cluster, call, cluster.logs.lines(uid, container));
  const text = limited(call, Buffer.from(lines.map(format).join('')));
  if (!isTrue(call.params.get('follow'))) return { status: 200, headers: TEXT, body: text };
  return { status: 200, headers: TEXT, body: follow(cluster, call, { uid, container, text, format }) };
}

/**
 * POST …/pods/NAME/stoa-log?container=NAME: appends the lines of a plain text body to what the container has printed.
 * Private to the simulator, which plays the kubelet.
 * @throws ApiError 400, 404
 */
export async function appendLog(cluster: Cluster, call: Call): Promise<ApiResponse> {
  const pod = podOf(cluster, call);
  const container = containerOf(call, pod);
  const body = (await call.request.body()).toString();
  const time = cluster.clock.now();
  for (const text of body.split('\n')) {
    if (text !== '') cluster.logs.append(pod.metadata.uid ?? '', container, { time, text });
  }
  return { status: 204, headers: {} };
}

function podOf(cluster: Cluster, call: Call): KubeObject {
  const entry = cluster.store.collection('pods').get(placeOf(call), call.info.name);
  if (entry === undefined) throw notFound(call.type, call.info.name);
  return entry.object();
}

function containerOf(call: Call, pod: KubeObject): string {
  const given = call.params.get('container') ?? '';
  const all = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
    listAt(pod, 'spec', list).map((each) => textAt(each, ['name'])),
  );
  const name = pod.metadata.name ?? '';
  if (given !== '') {
    if (all.includes(given)) return given;
    throw badRequest(`container ${given} is not valid for pod ${name}`);
  }
  const [only, ...others] = listAt(pod, 'spec', 'containers').map((each) => textAt(each, ['name']));
  if (only !== undefined && others.length === 0) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}

function formatOf(call: Call): (line: LogLine) => string {
  const timestamps = isTrue(call.params.get('timestamps'));
  return (line) => (timestamps ? `${new Date(line.time).toISOString()} ${line.text}\n` : `${line.text}\n`);
}

function selected(cluster: Cluster, call: Call, lines: readonly LogLine[]): readonly LogLine[] {
  const since = sinceOf(cluster, call);
  const recent = since === undefined ? lines : lines.filter((line) => line.time >= since);
  const tail = integer(call, 'tailLines');
  if (tail === undefined) return recent;
  return tail === 0 ? [] : recent.slice(-tail);
}

function sinceOf(cluster: Cluster, call: Call): number | undefined {
  const seconds = integer(call, 'sinceSeconds');
  if (seconds !== undefined) return cluster.clock.now() - seconds * 1_000;
  const time = Date.parse(call.params.get('sinceTime') ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function limited(call: Call, text: Buffer): Buffer {
  const limit = integer(call, 'limitBytes');
  return limit === undefined ? text : text.subarray(0, limit);
}

function integer(call: Call, name: string): number | undefined {
  const text = call.params.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`${name} must be a non-negative integer`);
}

interface Followed {
  readonly uid: string;
  readonly container: string;
  readonly text: Buffer;
  readonly format: (line: LogLine) => string;
}

/** Goes on until the client leaves or the pod is over. */
function follow(cluster: Cluster, call: Call, { uid, container, text, format }: Followed): WatchStream {
  const held: Disposable[] = [];
  const stream = new WatchStream(MAX_QUEUED_BYTES, () => {
    for (const each of held.splice(0)) each[Symbol.dispose]();
  });
  stream.prime(bytesItem(text));
  held.push(cluster.logs.follow(uid, container, (line) => stream.push(bytesItem(Buffer.from(format(line))))));
  held.push(
    cluster.store.onEvent(({ entry, type }) => {
      if (entry.header.uid === uid && (type === 'DELETED' || isOver(entry.object()))) stream.end();
    }),
  );
  if (isOver(podOf(cluster, call))) stream.end();
  call.request.signal.addEventListener('abort', () => stream.end(), { once: true });
  return stream;
}

function isOver(pod: KubeObject): boolean {
  const phase = getPath(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}
