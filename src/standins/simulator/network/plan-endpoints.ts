import { canonicalJson, jsonEqual } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { planOf } from '../cluster/plan.ts';
import type { Action, Plan } from '../cluster/plan.ts';
import { controllerReference, isTerminating, nameOf, namespaceOf, uidOf } from '../model/meta.ts';
import { isFinished, isReady } from '../model/pod.ts';
import type { Pod } from '../model/pod.ts';
import { portsOn, selects } from './service.ts';
import type { EndpointPort, Service } from './service.ts';

export const ENDPOINTS_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const SLICE_MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SLICE_MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
const MOST_PER_SLICE = 1_000;

export interface EndpointsInputs {
  readonly service: Service;
  /** Of its namespace. */
  readonly pods: readonly Pod[];
  readonly endpoints: KubeObject | undefined;
  /** Those that the Service owns. */
  readonly slices: readonly KubeObject[];
}

/** One step of the endpoints and endpointslice controllers: where the Pods of a Service are reached. */
export function planEndpoints(inputs: EndpointsInputs): Plan {
  const { service } = inputs;
  const pods = inputs.pods
    .filter((pod) => selects(service, pod.metadata.labels) && pod.status?.podIP !== undefined && !isFinished(pod))
    .toSorted((a, b) => (a.status?.podIP ?? '').localeCompare(b.status?.podIP ?? ''));
  const groups = groupByPorts(service, pods);
  return planOf([...planEndpointsObject(inputs, groups), ...planSlices(inputs, groups)]);
}

interface Group {
  readonly ports: readonly EndpointPort[];
  readonly pods: readonly Pod[];
}

/** A port by name may have another number on each Pod. */
function groupByPorts(service: Service, pods: readonly Pod[]): readonly Group[] {
  const groups = Map.groupBy(pods, (pod) => canonicalJson(toJson(portsOn(service, pod))));
  return [...groups.values()].map((members) => {
    const [first] = members;
    return { pods: members, ports: first === undefined ? [] : portsOn(service, first) };
  });
}

function planEndpointsObject({ service, endpoints }: EndpointsInputs, groups: readonly Group[]): readonly Action[] {
  const subsets = groups.flatMap((group) => subset(service, group));
  const labels = {
    ...service.metadata.labels,
    ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    [ENDPOINTS_MANAGED_BY]: 'endpoint-controller',
  };
  const wanted = { metadata: { labels }, ...(subsets.length === 0 ? {} : { subsets }) };
  if (endpoints === undefined) {
    const metadata = { name: nameOf(service), namespace: namespaceOf(service), labels };
    return [{ do: 'create', object: { ...wanted, apiVersion: 'v1', kind: 'Endpoints', metadata } }];
  }
  const live = (endpoints['subsets'] ?? []) as JsonValue;
  const sameLabels = jsonEqual(endpoints.metadata.labels ?? {}, labels);
  if (sameLabels && jsonEqual(live, toJson(subsets))) return [];
  const changes = { metadata: { labels }, subsets: subsets.length === 0 ? null : toJson(subsets) };
  return [{ do: 'patch', object: endpoints, changes }];
}

function subset(service: Service, { pods, ports }: Group): readonly JsonObject[] {
  const open = pods.filter((pod) => service.spec.publishNotReadyAddresses === true || !isTerminating(pod));
  if (open.length === 0 || ports.length === 0) return [];
  const ready = open.filter((pod) => service.spec.publishNotReadyAddresses === true || isReady(pod));
  const notReady = open.filter((pod) => !ready.includes(pod));
  return [
    {
      ...(ready.length === 0 ? {} : { addresses: ready.map(address) }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady.map(address) }),
      ports: toJson(ports),
    },
  ];
}

function address(pod: Pod): JsonObject {
  return { ip: pod.status?.podIP ?? '', ...whereabouts(pod) };
}

function planSlices({ service, slices }: EndpointsInputs, groups: readonly Group[]): readonly Action[] {
  const contents = groups.flatMap((group) => sliceContents(service, group));
  // Without any endpoint one empty slice says that somebody has looked.
  const wanted = contents.length === 0 ? [{ ports: [], endpoints: [] }] : contents;
  const free = slices.filter((slice) => !isTerminating(slice));
  const actions: Action[] = [];
  for (const content of wanted) {
    const same = free.find((slice) => jsonEqual((slice['ports'] ?? []) as JsonValue, content.ports)) ?? free[0];
    if (same !== undefined) free.splice(free.indexOf(same), 1);
    actions.push(...planSlice(service, same, content));
  }
  return [...actions, ...free.map((object): Action => ({ do: 'delete', object }))];
}

interface SliceContent {
  readonly ports: JsonValue;
  readonly endpoints: JsonValue;
}

function sliceContents(service: Service, { pods, ports }: Group): readonly SliceContent[] {
  const endpoints = pods.map((pod) => endpoint(service, pod));
  const chunks: SliceContent[] = [];
  for (let from = 0; from < endpoints.length; from += MOST_PER_SLICE) {
    chunks.push({ ports: toJson(ports), endpoints: endpoints.slice(from, from + MOST_PER_SLICE) });
  }
  return chunks;
}

function endpoint(service: Service, pod: Pod): JsonObject {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    ...whereabouts(pod),
  };
}

function whereabouts(pod: Pod): JsonObject {
  const targetRef = { kind: 'Pod', name: nameOf(pod), namespace: namespaceOf(pod), uid: uidOf(pod) };
  const { nodeName } = pod.spec;
  const hostname = pod.spec['hostname'];
  return {
    ...(typeof hostname === 'string' ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef,
  };
}

function planSlice(service: Service, slice: KubeObject | undefined, content: SliceContent): readonly Action[] {
  if (slice === undefined) return [{ do: 'create', object: newSlice(service, content) }];
  const same =
    jsonEqual((slice['ports'] ?? []) as JsonValue, content.ports) &&
    jsonEqual((slice['endpoints'] ?? []) as JsonValue, content.endpoints);
  return same ? [] : [{ do: 'patch', object: slice, changes: { ...content } }];
}

function newSlice(service: Service, content: SliceContent): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${nameOf(service)}-`,
      namespace: namespaceOf(service),
      labels: {
        ...service.metadata.labels,
        'kubernetes.io/service-name': nameOf(service),
        [SLICE_MANAGED_BY]: SLICE_MANAGER,
        ...(service.spec.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    ...content,
  };
}

function toJson(value: unknown): JsonValue {
  return value as JsonValue;
}
