import fc from 'fast-check';
import { stringify } from 'yaml';

export type Fields = Readonly<Record<string, unknown>>;

const NAMES = ['app', 'web', 'db', 'app-config', 'x', 'base-a', 'over-a'] as const;
const NAMESPACES = [undefined, undefined, 'team', 'default'] as const;

/** Texts that printers of YAML like to get wrong. */
const TEXTS = [
  ...[
    'plain',
    'true',
    'yes',
    'null',
    '~',
    '012',
    '0x1f',
    '1e3',
    '1.50',
    '',
    ' padded ',
    '- item',
    'a: b',
    '# none',
    '@at',
  ],
  ...[
    '2024-01-02',
    '12:30:45',
    "it's",
    'say "hi"',
    '%d',
    '*any',
    '&ref',
    '!tag',
    '{a}',
    '[b]',
    'a #b',
    'tab\there',
    'é ü ß',
  ],
  ...[
    'line one\nline two',
    'ends\n',
    'two\n\n',
    '  indented\nless',
    'trailing \nspace',
    'emoji 🚀',
    'y',
    'n',
    'off',
    '=',
    '$(VAR)',
    'at $(VAR) and $(OTHER)',
    '$$(VAR)',
  ],
  'a long text that goes on and on until it is well beyond the eighty columns that the printer folds at, and then some',
] as const;

export const text = fc.constantFrom(...TEXTS);
const name = fc.constantFrom(...NAMES);
const key = fc.constantFrom('app', 'tier', 'example.com/role', 'a.b', 'UPPER', '1st', 'on');
const labelValue = fc.constantFrom('web', 'true', '12', 'front-end', 'v1.0');
export const labels = fc.dictionary(key, labelValue, { minKeys: 1, maxKeys: 3 });
export const annotations = fc.dictionary(key, text, { minKeys: 1, maxKeys: 3 });
export const image = fc.constantFrom(
  'nginx',
  'nginx:1.25',
  'reg.example.com:5000/team/app:v1',
  'app@sha256:abc',
  'busybox:latest',
);

/** An object with any of the fields: each is left out half of the time. */
export function some(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Fields> {
  return fc.record(fields, { requiredKeys: [] });
}

const environment = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('A', 'B', 'C', 'D'),
    entry: fc.oneof(
      fc.record({ value: text }),
      name.map((from) => ({ valueFrom: { configMapKeyRef: { name: from, key: 'k' } } })),
      name.map((from) => ({ valueFrom: { secretKeyRef: { name: from, key: 'k' } } })),
    ),
  }),
  { selector: (item) => item.name, maxLength: 3 },
);

const container = fc
  .record({
    name: fc.constantFrom('main', 'side', 'init'),
    image,
    rest: some({
      args: fc.array(text, { maxLength: 3 }),
      env: environment.map((items) => items.map((item) => ({ name: item.name, ...item.entry }))),
      envFrom: fc.array(
        name.map((from) => ({ configMapRef: { name: from } })),
        { maxLength: 2 },
      ),
      ports: fc.uniqueArray(
        fc.record({ containerPort: fc.constantFrom(80, 8080), protocol: fc.constantFrom('TCP', 'UDP') }),
        { selector: (port) => `${port.containerPort}${port.protocol}`, minLength: 1, maxLength: 3 },
      ),
      volumeMounts: fc.constant([{ name: 'data', mountPath: '/data' }]),
      resources: fc.constant({ limits: { cpu: '1', memory: '1Gi' } }),
    }),
  })
  .map(({ rest, ...own }) => ({ ...own, ...rest }));

const containers = fc.uniqueArray(container, { selector: (item) => item.name, minLength: 1, maxLength: 3 });

const podSpec = fc
  .record({
    containers,
    rest: some({
      initContainers: containers,
      serviceAccountName: name,
      imagePullSecrets: name.map((secret) => [{ name: secret }]),
      volumes: fc.tuple(name, name).map(([map, secret]) => [
        { name: 'data', configMap: { name: map } },
        { name: 'keys', secret: { secretName: secret } },
        { name: 'claim', persistentVolumeClaim: { claimName: map } },
      ]),
      tolerations: fc.constant([{ key: 'a', operator: 'Exists' }]),
      priorityClassName: name,
    }),
  })
  .map(({ rest, ...own }) => ({ ...own, ...rest }));

const template = fc
  .record({ metadata: some({ labels, annotations }), spec: podSpec })
  .map(({ metadata, spec }) => (Object.keys(metadata).length === 0 ? { spec } : { metadata, spec }));

const selector = labels.map((matchLabels) => ({ matchLabels }));

function object(
  apiVersion: string,
  kind: string,
  content: fc.Arbitrary<Fields> = fc.constant({}),
): fc.Arbitrary<Fields> {
  return fc
    .record({ name, namespace: fc.constantFrom(...NAMESPACES), metadata: some({ labels, annotations }), content })
    .map(({ namespace, metadata, content: fields, ...own }) => ({
      apiVersion,
      kind,
      metadata: { name: own.name, ...(namespace === undefined ? {} : { namespace }), ...metadata },
      ...fields,
    }));
}

function workload(apiVersion: string, kind: string): fc.Arbitrary<Fields> {
  const replicas = kind === 'DaemonSet' ? {} : { replicas: fc.constantFrom(0, 1, 3) };
  const spec = fc.record({ template, rest: some({ selector, ...replicas }) });
  return object(
    apiVersion,
    kind,
    spec.map((parts) => ({ spec: { template: parts.template, ...parts.rest } })),
  );
}

const subjects = fc.uniqueArray(
  fc.record({
    kind: fc.constant('ServiceAccount'),
    name: fc.constantFrom('default', ...NAMES),
    namespace: fc.constantFrom('default', 'team'),
  }),
  { selector: (subject) => subject.name, minLength: 1, maxLength: 2 },
);

function binding(kind: string, role: string): fc.Arbitrary<Fields> {
  const parts = fc.record({ subjects, name });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: role };
  return object(
    'rbac.authorization.k8s.io/v1',
    kind,
    parts.map((part) => ({ roleRef: { ...roleRef, name: part.name }, subjects: part.subjects })),
  );
}

const backend = name.map((service) => ({
  path: '/',
  pathType: 'Prefix',
  backend: { service: { name: service, port: { number: 80 } } },
}));

export const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom<unknown>(0, 1, -5, 1.5, 1e21, 1e-7, 123456789012, true, false, null),
    fc.array(fc.oneof(text, fc.constantFrom(1, 2)), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'name', 'spec', 'x-y', '10', '9'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const OBJECTS = fc.oneof(
  { weight: 4, arbitrary: workload('apps/v1', 'Deployment') },
  { weight: 2, arbitrary: workload('apps/v1', 'StatefulSet') },
  workload('apps/v1', 'DaemonSet'),
  object(
    'batch/v1',
    'Job',
    template.map((part) => ({ spec: { template: part } })),
  ),
  object(
    'batch/v1',
    'CronJob',
    template.map((part) => ({ spec: { schedule: '* * * * *', jobTemplate: { spec: { template: part } } } })),
  ),
  object(
    'v1',
    'Pod',
    podSpec.map((spec) => ({ spec })),
  ),
  {
    weight: 2,
    arbitrary: object(
      'v1',
      'Service',
      labels.map((own) => ({ spec: { selector: own, ports: [{ port: 80, targetPort: 8080 }] } })),
    ),
  },
  {
    weight: 2,
    arbitrary: object(
      'v1',
      'ConfigMap',
      annotations.map((data) => ({ data })),
    ),
  },
  object('v1', 'Secret', fc.constant({ type: 'Opaque', data: { k: 'dg==' } })),
  object(
    'v1',
    'ServiceAccount',
    name.map((secret) => ({ imagePullSecrets: [{ name: secret }] })),
  ),
  object('v1', 'Namespace'),
  object(
    'v1',
    'PersistentVolumeClaim',
    name.map((claim) => ({ spec: { volumeName: claim, storageClassName: claim } })),
  ),
  object(
    'v1',
    'PersistentVolume',
    name.map((own) => ({ spec: { storageClassName: own, capacity: { storage: '1Gi' } } })),
  ),
  object('storage.k8s.io/v1', 'StorageClass', fc.constant({ provisioner: 'x' })),
  object(
    'networking.k8s.io/v1',
    'Ingress',
    backend.map((path) => ({
      spec: { rules: [{ host: 'a.b', http: { paths: [path] } }], tls: [{ secretName: 'x' }] },
    })),
  ),
  object(
    'networking.k8s.io/v1',
    'NetworkPolicy',
    selector.map((podSelector) => ({ spec: { podSelector, ingress: [{ from: [{ podSelector }] }] } })),
  ),
  object(
    'policy/v1',
    'PodDisruptionBudget',
    selector.map((own) => ({ spec: { selector: own, minAvailable: 1 } })),
  ),
  object(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    name.map((own) => ({
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: own }, maxReplicas: 3 },
    })),
  ),
  object(
    'rbac.authorization.k8s.io/v1',
    'Role',
    name.map((own) => ({ rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [own], verbs: ['get'] }] })),
  ),
  object('rbac.authorization.k8s.io/v1', 'ClusterRole', fc.constant({ rules: [] })),
  binding('RoleBinding', 'Role'),
  binding('ClusterRoleBinding', 'ClusterRole'),
  {
    weight: 2,
    arbitrary: object(
      'example.com/v1',
      'Widget',
      anything.map((config) => ({ config })),
    ),
  },
);

const objects: fc.Arbitrary<readonly Fields[]> = fc.uniqueArray(OBJECTS, {
  selector: (item) => `${String(item['kind'])}/${String((item['metadata'] as Fields)['name'])}`,
  minLength: 1,
  maxLength: 6,
});

/** Objects as a file: in block or flow style, or within a List; in any case YAML 1.2. */
export const file = fc.tuple(objects, fc.constantFrom('yaml', 'yaml', 'json', 'list')).map(([items, form]) => ({
  items,
  text:
    form === 'list'
      ? print(form, { apiVersion: 'v1', kind: 'List', items })
      : items.map((item) => print(form, item)).join('---\n'),
}));

function print(form: string, item: Fields): string {
  return form === 'json' ? `${JSON.stringify(item)}\n` : stringify(item, { aliasDuplicateObjects: false });
}
