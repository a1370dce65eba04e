/**
 * Writes the field numbers of the messages that clients send as protobuf into one table, from the descriptors that every
 * Go client of Kubernetes carries: `node tools/kube-schemas/protobuf.ts PATH-OF-KUBECTL`. Run by hand when a kind or a
 * version is added. What descriptors do not tell is in `pointers.ts`: which scalars may be absent.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { messagesOf, readDescriptors } from './descriptors.ts';
import type { Message } from './descriptors.ts';
import { POINTERS } from './pointers.ts';

const FILE = new URL('../../src/standins/apiserver/protobuf/messages.generated.json', import.meta.url);
const SCHEMA = new URL('../../src/kube/schema/builtin.generated.json', import.meta.url);

/** By `apiVersion/Kind`: what a client may send. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'core.v1': [
    'ConfigMap',
    'Event',
    'Namespace',
    'PersistentVolumeClaim',
    'Pod',
    'ResourceQuota',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'apps.v1': ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  'authentication.v1': ['SelfSubjectReview', 'TokenRequest', 'TokenReview'],
  'authorization.v1': [
    'LocalSubjectAccessReview',
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
  ],
  'autoscaling.v1': ['HorizontalPodAutoscaler', 'Scale'],
  'autoscaling.v2': ['HorizontalPodAutoscaler'],
  'batch.v1': ['CronJob', 'Job'],
  'coordination.v1': ['Lease'],
  'meta.v1': ['DeleteOptions'],
  'networking.v1': ['Ingress'],
  'policy.v1': ['Eviction', 'PodDisruptionBudget'],
  'rbac.v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  'scheduling.v1': ['PriorityClass'],
};

/** Groups whose names have more than one part. */
const GROUPS: Readonly<Record<string, string>> = {
  authentication: 'authentication.k8s.io',
  authorization: 'authorization.k8s.io',
  coordination: 'coordination.k8s.io',
  core: '',
  meta: '',
  networking: 'networking.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  scheduling: 'scheduling.k8s.io',
};

/** Messages that the decoder knows by name. */
const OWN: ReadonlySet<string> = new Set(['Time', 'MicroTime', 'Quantity', 'IntOrString', 'FieldsV1', 'ExtraValue']);

/** Another type has a field of that name. */
const INLINE: ReadonlySet<string> = new Set(['core.v1.Probe.handler']);

/** Spelled differently in JSON. */
const RENAMED: Readonly<Record<string, string>> = { uID: 'uid' };

/** Every name that a field has in JSON; a message under another name has its fields beside those of its owner. */
function jsonNames(): ReadonlySet<string> {
  const { types } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { types: Record<string, Record<string, string>> };
  return new Set(Object.values(types).flatMap((type) => Object.keys(type).map((name) => name.replace('!', ''))));
}

interface Row {
  readonly fields: Readonly<Record<string, string>>;
  /** Messages that the fields have. */
  readonly used: readonly string[];
}

function table(messages: ReadonlyMap<string, Message>): unknown {
  const known = jsonNames();
  const rows: Record<string, Row['fields']> = {};
  const kinds = kindTable();
  const waiting = Object.values(kinds);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (Object.hasOwn(rows, name)) continue;
    const { fields, used } = rowOf(messages, known, name);
    rows[name] = fields;
    waiting.push(...used);
  }
  return { kinds, messages: Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** `group/version/Kind` (core: `/v1/Kind`) to the message. */
function kindTable(): Record<string, string> {
  const entries = Object.entries(KINDS).flatMap(([place, names]) => {
    const [group = '', version = ''] = place.split('.');
    return names.map((name) => [`${GROUPS[group] ?? group}/${version}/${name}`, `${place}.${name}`]);
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function rowOf(messages: ReadonlyMap<string, Message>, known: ReadonlySet<string>, name: string): Row {
  const message = messages.get(name);
  if (message === undefined) throw new Error(`The program has no message ${name}`);
  const described = message.map((field) => ({ field, ...typeOf(messages, field) }));
  const fields = described.map(({ field, type }) => {
    const apart = !known.has(field.name) || INLINE.has(`${name}.${field.name}`);
    const inline = field.message !== undefined && apart && !/^(\[\]|\{\})/.test(type);
    const pointer = POINTERS[name]?.includes(field.name) === true ? '*' : '';
    return [RENAMED[field.name] ?? field.name, `${field.number} ${inline ? '...' : pointer}${type}`];
  });
  return {
    fields: Object.fromEntries(fields) as Row['fields'],
    used: described.flatMap(({ used }) => (used === undefined ? [] : [used])),
  };
}

function typeOf(
  messages: ReadonlyMap<string, Message>,
  field: Message[number],
): { readonly type: string; readonly used?: string } {
  const { message, repeated } = field;
  if (message === undefined) return { type: `${repeated ? '[]' : ''}${field.scalar}` };
  const [key, value] = messages.get(message) ?? [];
  if (repeated && message.endsWith('Entry') && key?.name === 'key' && value?.name === 'value') {
    const { type, used } = typeOf(messages, value);
    return { type: `{}${type}`, ...(used === undefined ? {} : { used }) };
  }
  const short = message.slice(message.lastIndexOf('.') + 1);
  if (OWN.has(short)) return { type: `${repeated ? '[]' : ''}${short}` };
  return { type: `${repeated ? '[]' : ''}${message}`, used: message };
}

const program = process.argv[2];
if (program === undefined) throw new Error('Name the kubectl program to read the descriptors of');
const found = messagesOf(readDescriptors(readFileSync(program)));
writeFileSync(FILE, await format(JSON.stringify(table(found)), { parser: 'json', printWidth: 120 }));
