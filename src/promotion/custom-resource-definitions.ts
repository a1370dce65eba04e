import type { JsonObject, JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';

const GROUP = 'delivery.stoa.dev';

const text: JsonObject = { type: 'string' };
const texts: JsonObject = { type: 'array', items: text };
const name: JsonObject = { type: 'string', minLength: 1, maxLength: 253 };

function object(properties: JsonObject, required: readonly string[] = []): JsonObject {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required: [...required] }) };
}

function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

const state: JsonObject = { type: 'string', enum: ['passed', 'pending', 'failed'] };
const time: JsonObject = { type: 'string', format: 'date-time' };
const digest: JsonObject = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };
const signed = { by: name, reason: text, at: time };

const approvals = object({ quorum: { type: 'integer', minimum: 1 }, groups: texts, expiresAfter: text }, [
  'quorum',
  'groups',
]);
const changeWindow = object(
  { kind: { type: 'string', enum: ['allow', 'deny'] }, schedule: name, duration: name, timeZone: name, reason: text },
  ['kind', 'schedule', 'duration'],
);
const smokeTest = object(
  { namespace: name, image: name, command: texts, timeoutSeconds: { type: 'integer', minimum: 1, maximum: 3600 } },
  ['namespace', 'image', 'command', 'timeoutSeconds'],
);
const environment = object(
  {
    name,
    path: name,
    application: name,
    ref: name,
    sync: { type: 'string', enum: ['auto', 'manual'] },
    deployers: texts,
    approvals,
    soak: text,
    windows: list(changeWindow),
    gates: texts,
    breakGlass: object({ groups: { ...texts, minItems: 1 }, validFor: text }, ['groups', 'validFor']),
    smokeTest,
  },
  ['name', 'path', 'application', 'ref', 'sync'],
);
const pipelineSpec = object(
  { service: name, images: { ...texts, minItems: 1 }, environments: { ...list(environment), minItems: 1 } },
  ['service', 'images', 'environments'],
);

const image = object({ name, repository: name, tag: text, digest }, ['name', 'repository', 'digest']);
const releaseSpec = object(
  {
    service: name,
    images: { ...list(image), minItems: 1 },
    source: object({ repository: text, commit: text, author: text, committedAt: text }, [
      'repository',
      'commit',
      'author',
      'committedAt',
    ]),
  },
  ['service', 'images', 'source'],
);

const gate = object({ name, state, reason: text, at: text }, ['name', 'state', 'reason', 'at']);
const promotionSpec = object(
  {
    service: name,
    release: name,
    environment: name,
    mergeRequest: object({ iid: { type: 'integer' }, url: text }, ['iid', 'url']),
    requestedBy: name,
    rollbackOf: text,
    configuration: object({ commit: name }, ['commit']),
    breakGlass: object({ reason: text, until: time }, ['reason', 'until']),
    review: object({ by: name, comment: text, at: time }, ['by', 'comment', 'at']),
    deploy: object({ requestedBy: name, at: text }, ['requestedBy', 'at']),
  },
  ['service', 'release', 'environment', 'mergeRequest', 'requestedBy'],
);
const promotionStatus = object({
  phase: text,
  message: text,
  gates: list(gate),
  artefacts: list(
    object({ image: text, digest: text, verified: { type: 'boolean' }, reason: text, builtAt: text }, [
      'image',
      'digest',
      'verified',
      'reason',
    ]),
  ),
  sha: text,
  mergeCommit: text,
  approvedCommit: text,
  previousCommit: text,
  approvers: texts,
  openedAt: text,
  passedAt: text,
  mergedAt: text,
  mergedBy: text,
  deployedAt: text,
  finishedAt: text,
  evidence: text,
});

const change = object(
  {
    field: text,
    kind: { type: 'string', enum: ['Added', 'Changed', 'Removed', 'Found'] },
    before: text,
    after: text,
    actor: text,
    since: time,
  },
  ['field', 'kind', 'actor', 'since'],
);
const driftedObject = object({ group: text, version: text, kind: name, namespace: text, name, uid: text }, [
  'group',
  'version',
  'kind',
  'name',
]);
const driftEvent = object(
  {
    spec: object(
      {
        id: name,
        cluster: name,
        application: name,
        revision: text,
        object: driftedObject,
        kind: { type: 'string', enum: ['Fields', 'Deleted', 'AddedObject'] },
        changes: { ...list(change), maxItems: 20 },
        actor: text,
        user: text,
        agent: text,
        since: time,
        foundAt: time,
      },
      ['id', 'cluster', 'application', 'object', 'kind', 'changes', 'since', 'foundAt'],
    ),
    status: object({
      phase: { type: 'string', enum: ['Open', 'Looping', 'Healed'] },
      healedAt: time,
      healedBy: text,
      repeats: { type: 'integer' },
    }),
  },
  ['spec'],
);

const names: JsonObject = { type: 'array', items: name, maxItems: 100 };
const someNames: JsonObject = { ...names, minItems: 1 };
const driftPolicySpec = object({
  coOwners: {
    ...list(
      object(
        {
          name,
          managers: someNames,
          kinds: names,
          fields: names,
          subresource: name,
          creates: { type: 'boolean' },
        },
        ['name', 'managers'],
      ),
    ),
    maxItems: 200,
  },
  addedObjects: {
    ...list(
      object(
        {
          clusters: names,
          namespaces: someNames,
          kinds: { ...list(object({ group: text, version: name, kind: name }, ['version', 'kind'])), maxItems: 50 },
          action: { type: 'string', enum: ['Alert', 'Remove'] },
        },
        ['namespaces', 'kinds', 'action'],
      ),
    ),
    maxItems: 50,
  },
  exceptions: object({ longestDays: { type: 'integer', minimum: 1, maximum: 3650 } }, ['longestDays']),
  alerts: object({ alertmanager: { type: 'string', pattern: '^https?://' } }, ['alertmanager']),
});
/** Without owner, reason and end there is no exception. */
const driftExceptionSpec = object(
  {
    owner: name,
    reason: name,
    expires: time,
    cluster: name,
    application: name,
    object: object({ group: text, kind: name, namespace: name, name }, ['name']),
    fields: someNames,
  },
  ['owner', 'reason', 'expires', 'object'],
);

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly schema: JsonObject;
  readonly columns: readonly (readonly [name: string, jsonPath: string])[];
  readonly status: boolean;
}

const KINDS: readonly Kind[] = [
  {
    kind: 'Pipeline',
    plural: 'pipelines',
    shortName: 'pl',
    schema: object({ spec: pipelineSpec }, ['spec']),
    columns: [['Service', '.spec.service']],
    status: false,
  },
  {
    kind: 'Release',
    plural: 'releases',
    shortName: 'rel',
    schema: object({ spec: releaseSpec }, ['spec']),
    columns: [
      ['Service', '.spec.service'],
      ['Tag', '.spec.images[0].tag'],
      ['Commit', '.spec.source.commit'],
    ],
    status: false,
  },
  {
    kind: 'Promotion',
    plural: 'promotions',
    shortName: 'prm',
    schema: object({ spec: promotionSpec, status: promotionStatus }, ['spec']),
    columns: [
      ['Service', '.spec.service'],
      ['Environment', '.spec.environment'],
      ['Phase', '.status.phase'],
      ['Message', '.status.message'],
    ],
    status: true,
  },
  {
    kind: 'Gate',
    plural: 'gates',
    shortName: 'gate',
    schema: object(
      { spec: object({ service: name, release: name, environment: name, state, reason: text }, ['state', 'reason']) },
      ['spec'],
    ),
    columns: [
      ['State', '.spec.state'],
      ['Reason', '.spec.reason'],
    ],
    status: false,
  },
  {
    kind: 'Freeze',
    plural: 'freezes',
    shortName: 'frz',
    schema: object(
      {
        spec: object({ environment: name, service: name, by: name, reason: text, until: time }, [
          'environment',
          'by',
          'reason',
        ]),
      },
      ['spec'],
    ),
    columns: [
      ['Environment', '.spec.environment'],
      ['By', '.spec.by'],
      ['Until', '.spec.until'],
      ['Reason', '.spec.reason'],
    ],
    status: false,
  },
  {
    kind: 'Quarantine',
    plural: 'quarantines',
    shortName: 'qua',
    schema: object(
      {
        spec: object({ digest, image: name, ...signed, lifted: object(signed, ['by', 'reason', 'at']) }, [
          'digest',
          'image',
          'by',
          'reason',
          'at',
        ]),
      },
      ['spec'],
    ),
    columns: [
      ['Digest', '.spec.digest'],
      ['Reason', '.spec.reason'],
      ['Lifted by', '.spec.lifted.by'],
    ],
    status: false,
  },
  {
    kind: 'DriftEvent',
    plural: 'driftevents',
    shortName: 'drev',
    schema: driftEvent,
    columns: [
      ['Cluster', '.spec.cluster'],
      ['Application', '.spec.application'],
      ['Kind', '.spec.object.kind'],
      ['Object', '.spec.object.name'],
      ['Field', '.spec.changes[0].field'],
      ['Actor', '.spec.actor'],
      ['Phase', '.status.phase'],
    ],
    status: false,
  },
  {
    kind: 'DriftPolicy',
    plural: 'driftpolicies',
    shortName: 'dpol',
    schema: object({ spec: driftPolicySpec }, ['spec']),
    columns: [['Alertmanager', '.spec.alerts.alertmanager']],
    status: false,
  },
  {
    kind: 'DriftException',
    plural: 'driftexceptions',
    shortName: 'dexc',
    schema: object({ spec: driftExceptionSpec }, ['spec']),
    columns: [
      ['Owner', '.spec.owner'],
      ['Object', '.spec.object.name'],
      ['Expires', '.spec.expires'],
      ['Reason', '.spec.reason'],
    ],
    status: false,
  },
];

/** Definitions of all the delivery kinds. */
export const deliveryCustomResourceDefinitions: readonly KubeObject[] = KINDS.map(definition);

function definition({ kind, plural, shortName, schema, columns, status }: Kind): KubeObject {
  const printed: JsonValue[] = columns.map(([column, jsonPath]) => ({ name: column, type: 'string', jsonPath }));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames: [shortName] },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          additionalPrinterColumns: [
            ...printed,
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          ...(status ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  };
}
