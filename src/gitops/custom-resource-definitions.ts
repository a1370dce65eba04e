import type { JsonObject, JsonValue } from '../core/index.ts';
import type { KubeObject } from '../kube/index.ts';
import { ARGO_GROUP, ARGO_VERSION } from './application.ts';

/** Fields that are kept as they are: their structure is checked by whoever reads them. */
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const STRING: JsonObject = { type: 'string' };
const BOOLEAN: JsonObject = { type: 'boolean' };
const INTEGER: JsonObject = { type: 'integer', format: 'int64' };
const TIME: JsonObject = { type: 'string', format: 'date-time' };
const STRINGS: JsonObject = { type: 'array', items: STRING };
const STRING_MAP: JsonObject = { type: 'object', additionalProperties: STRING };

function object(properties: Record<string, JsonValue>, required: readonly string[] = []): JsonObject {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required: [...required] }) };
}

function list(items: JsonValue): JsonObject {
  return { type: 'array', items };
}

const INFO = list(object({ name: STRING, value: STRING }, ['name', 'value']));

const KUSTOMIZE = object({
  apiVersions: STRINGS,
  commonAnnotations: STRING_MAP,
  commonAnnotationsEnvsubst: BOOLEAN,
  commonLabels: STRING_MAP,
  components: STRINGS,
  forceCommonAnnotations: BOOLEAN,
  forceCommonLabels: BOOLEAN,
  ignoreMissingComponents: BOOLEAN,
  images: STRINGS,
  kubeVersion: STRING,
  labelIncludeTemplates: BOOLEAN,
  labelWithoutSelector: BOOLEAN,
  namePrefix: STRING,
  nameSuffix: STRING,
  namespace: STRING,
  patches: list(
    object({ options: { type: 'object', additionalProperties: BOOLEAN }, patch: STRING, path: STRING, target: OPEN }),
  ),
  replicas: list(
    object({ name: STRING, count: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, STRING] } }, [
      'name',
      'count',
    ]),
  ),
  version: STRING,
});

const SOURCE = object(
  {
    chart: STRING,
    directory: object({ exclude: STRING, include: STRING, jsonnet: OPEN, recurse: BOOLEAN }),
    helm: OPEN,
    kustomize: KUSTOMIZE,
    name: STRING,
    path: STRING,
    plugin: OPEN,
    ref: STRING,
    repoURL: STRING,
    targetRevision: STRING,
  },
  ['repoURL'],
);

const RETRY = object({
  backoff: object({ duration: STRING, factor: INTEGER, maxDuration: STRING }),
  limit: INTEGER,
  refresh: BOOLEAN,
});

const IGNORE_DIFFERENCES = list(
  object(
    {
      group: STRING,
      jqPathExpressions: STRINGS,
      jsonPointers: STRINGS,
      kind: STRING,
      managedFieldsManagers: STRINGS,
      name: STRING,
      namespace: STRING,
    },
    ['kind'],
  ),
);

const DESTINATION = object({ name: STRING, namespace: STRING, server: STRING });

const APPLICATION_SPEC = object(
  {
    destination: DESTINATION,
    ignoreDifferences: IGNORE_DIFFERENCES,
    info: INFO,
    project: STRING,
    revisionHistoryLimit: INTEGER,
    source: SOURCE,
    sourceHydrator: OPEN,
    sources: list(SOURCE),
    syncPolicy: object({
      automated: object({ allowEmpty: BOOLEAN, enabled: BOOLEAN, prune: BOOLEAN, selfHeal: BOOLEAN }),
      managedNamespaceMetadata: object({ annotations: STRING_MAP, labels: STRING_MAP }),
      retry: RETRY,
      syncOptions: STRINGS,
    }),
  },
  ['destination', 'project'],
);

const FORCE = object({ force: BOOLEAN });

const OPERATION = object({
  info: INFO,
  initiatedBy: object({ automated: BOOLEAN, username: STRING }),
  retry: RETRY,
  sync: object({
    autoHealAttemptsCount: INTEGER,
    dryRun: BOOLEAN,
    manifests: STRINGS,
    prune: BOOLEAN,
    resources: list(object({ group: STRING, kind: STRING, name: STRING, namespace: STRING }, ['kind', 'name'])),
    revision: STRING,
    revisions: STRINGS,
    selfHealAttemptsCount: INTEGER,
    source: SOURCE,
    sources: list(SOURCE),
    syncOptions: STRINGS,
    syncStrategy: object({ apply: FORCE, hook: FORCE }),
  }),
});

const HEALTH = object({ lastTransitionTime: TIME, message: STRING, status: STRING });
const COMPARED_TO = object(
  { destination: DESTINATION, ignoreDifferences: IGNORE_DIFFERENCES, source: SOURCE, sources: list(SOURCE) },
  ['destination'],
);

const RESOURCE_STATUS = object({
  group: STRING,
  health: HEALTH,
  hook: BOOLEAN,
  kind: STRING,
  name: STRING,
  namespace: STRING,
  requiresDeletionConfirmation: BOOLEAN,
  requiresPruning: BOOLEAN,
  status: STRING,
  syncWave: INTEGER,
  version: STRING,
});

const RESOURCE_RESULT = object(
  {
    group: STRING,
    hookPhase: STRING,
    hookType: STRING,
    images: STRINGS,
    kind: STRING,
    message: STRING,
    name: STRING,
    namespace: STRING,
    status: STRING,
    syncPhase: STRING,
    version: STRING,
  },
  ['group', 'kind', 'name', 'namespace', 'version'],
);

const OPERATION_STATE = object(
  {
    finishedAt: TIME,
    message: STRING,
    operation: OPERATION,
    phase: STRING,
    retryCount: INTEGER,
    startedAt: TIME,
    syncResult: object({
      managedNamespaceMetadata: object({ annotations: STRING_MAP, labels: STRING_MAP }),
      resources: list(RESOURCE_RESULT),
      revision: STRING,
      revisions: STRINGS,
      source: SOURCE,
      sources: list(SOURCE),
    }),
  },
  ['operation', 'phase', 'startedAt'],
);

const HISTORY = list(
  object(
    {
      deployStartedAt: TIME,
      deployedAt: TIME,
      id: INTEGER,
      initiatedBy: object({ automated: BOOLEAN, username: STRING }),
      revision: STRING,
      revisions: STRINGS,
      source: SOURCE,
      sources: list(SOURCE),
    },
    ['deployedAt', 'id'],
  ),
);

const APPLICATION_STATUS = object({
  conditions: list(object({ lastTransitionTime: TIME, message: STRING, type: STRING }, ['message', 'type'])),
  controllerNamespace: STRING,
  health: HEALTH,
  history: HISTORY,
  observedAt: TIME,
  operationState: OPERATION_STATE,
  reconciledAt: TIME,
  resourceHealthSource: STRING,
  resources: list(RESOURCE_STATUS),
  sourceHydrator: OPEN,
  sourceType: STRING,
  sourceTypes: STRINGS,
  summary: object({ externalURLs: STRINGS, images: STRINGS }),
  sync: object({ comparedTo: COMPARED_TO, revision: STRING, revisions: STRINGS, status: STRING }, ['status']),
});

const GROUP_KINDS = list(object({ group: STRING, kind: STRING, name: STRING }, ['group', 'kind']));

const PROJECT_SPEC = object({
  clusterResourceBlacklist: GROUP_KINDS,
  clusterResourceWhitelist: GROUP_KINDS,
  description: STRING,
  destinationServiceAccounts: list(OPEN),
  destinations: list(DESTINATION),
  namespaceResourceBlacklist: GROUP_KINDS,
  namespaceResourceWhitelist: GROUP_KINDS,
  orphanedResources: object({ ignore: list(object({ group: STRING, kind: STRING, name: STRING })), warn: BOOLEAN }),
  permitOnlyProjectScopedClusters: BOOLEAN,
  roles: list(
    object(
      {
        description: STRING,
        groups: STRINGS,
        jwtTokens: list(object({ exp: INTEGER, iat: INTEGER, id: STRING }, ['iat'])),
        name: STRING,
        policies: STRINGS,
      },
      ['name'],
    ),
  ),
  signatureKeys: list(object({ keyID: STRING }, ['keyID'])),
  sourceIntegrity: OPEN,
  sourceNamespaces: STRINGS,
  sourceRepos: STRINGS,
  syncWindows: list(
    object({
      andOperator: BOOLEAN,
      applications: STRINGS,
      clusters: STRINGS,
      description: STRING,
      duration: STRING,
      kind: STRING,
      manualSync: BOOLEAN,
      namespaces: STRINGS,
      schedule: STRING,
      syncOverrun: BOOLEAN,
      timeZone: STRING,
    }),
  ),
});

/** Generators and templates are open: what they hold is checked when they are used. */
const APPLICATION_SET_SPEC = object(
  {
    generators: list(OPEN),
    goTemplate: BOOLEAN,
    goTemplateOptions: STRINGS,
    ignoreApplicationDifferences: list(object({ jqPathExpressions: STRINGS, jsonPointers: STRINGS, name: STRING })),
    preservedFields: object({ annotations: STRINGS, labels: STRINGS }),
    strategy: object({ deletionOrder: STRING, rollingSync: OPEN, type: STRING }),
    syncPolicy: object({
      applicationsSync: { type: 'string', enum: ['create-only', 'create-update', 'create-delete', 'sync'] },
      preserveResourcesOnDeletion: BOOLEAN,
    }),
    template: object({ metadata: OPEN, spec: OPEN }, ['metadata', 'spec']),
    templatePatch: STRING,
  },
  ['generators', 'template'],
);

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: JsonObject;
  readonly columns?: readonly JsonObject[];
  readonly statusSubresource?: boolean;
}

function definition({ kind, plural, shortNames, schema, columns = [], statusSubresource = false }: Kind): KubeObject {
  const openAPIV3Schema: JsonObject = {
    ...schema,
    properties: {
      apiVersion: STRING,
      kind: STRING,
      metadata: { type: 'object' },
      ...(schema['properties'] as JsonObject),
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${ARGO_GROUP}`,
      labels: { 'app.kubernetes.io/name': `${plural}.${ARGO_GROUP}`, 'app.kubernetes.io/part-of': 'argocd' },
    },
    spec: {
      group: ARGO_GROUP,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: [
        {
          name: ARGO_VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          ...(statusSubresource ? { subresources: { status: {} } } : {}),
          ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
        },
      ],
    },
  };
}

function column(name: string, jsonPath: string, priority = 0): JsonObject {
  return { name, type: 'string', jsonPath, ...(priority === 0 ? {} : { priority }) };
}

/** The definitions of Application, AppProject and ApplicationSet, as far as they are checked by the API server. */
export const argoCustomResourceDefinitions: readonly KubeObject[] = [
  definition({
    kind: 'Application',
    plural: 'applications',
    shortNames: ['app', 'apps'],
    schema: object({ operation: OPERATION, spec: APPLICATION_SPEC, status: APPLICATION_STATUS }, ['metadata', 'spec']),
    columns: [
      column('Sync Status', '.status.sync.status'),
      column('Health Status', '.status.health.status'),
      column('Revision', '.status.sync.revision', 10),
      column('Project', '.spec.project', 10),
    ],
  }),
  definition({
    kind: 'AppProject',
    plural: 'appprojects',
    shortNames: ['appproj', 'appprojs'],
    schema: object({ spec: PROJECT_SPEC, status: OPEN }, ['metadata', 'spec']),
  }),
  definition({
    kind: 'ApplicationSet',
    plural: 'applicationsets',
    shortNames: ['appset', 'appsets'],
    schema: object({ spec: APPLICATION_SET_SPEC, status: OPEN }, ['metadata', 'spec']),
    statusSubresource: true,
  }),
];
