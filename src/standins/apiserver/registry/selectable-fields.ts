import { getPath } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { ResourceType } from '../resources/resource-type.ts';

const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'type',
];

/** Beyond name and namespace, by collection: the members that a field selector may name. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  secrets: ['type'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  events: EVENT_FIELDS,
  services: ['spec.clusterIP', 'spec.type'],
  replicationcontrollers: ['status.replicas'],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
};

/** Of fields that print something when they are missing. */
const WHEN_MISSING: Readonly<Record<string, string>> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.replicas': '0',
};

/** How to read a selectable field; `undefined` when the resource has no such field. */
export function fieldOf(type: ResourceType, field: string): ((object: KubeObject) => string) | undefined {
  if (type.collection === 'events' && field === 'source') return (object) => eventSource(object);
  if (type.collection === 'events' && type.view !== undefined) return eventField(field);
  const custom = type.custom?.selectableFields ?? [];
  const known = type.custom === undefined ? (FIELDS[type.collection] ?? []) : custom;
  if (!known.includes(field)) return undefined;
  const path = field.split('.');
  return (object) => text(getPath(object, ...path), field);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return WHEN_MISSING[field] ?? '';
}

function eventSource(object: KubeObject): string {
  const source = getPath(object, 'source', 'component') ?? getPath(object, 'deprecatedSource', 'component');
  return text(source, 'source') || text(object['reportingComponent'] ?? object['reportingController'], 'source');
}

/** `events.k8s.io` keeps the core names and adds its own. */
function eventField(field: string): ((object: KubeObject) => string) | undefined {
  const core = field.replace(/^regarding\./, 'involvedObject.').replace('reportingController', 'reportingComponent');
  if (!EVENT_FIELDS.includes(core)) return undefined;
  const path = core
    .replace(/^involvedObject\./, 'regarding.')
    .replace('reportingComponent', 'reportingController')
    .split('.');
  return (object) => text(getPath(object, ...path), field);
}
