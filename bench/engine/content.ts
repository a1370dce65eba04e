/** How many objects each application has: ten of ten kinds, or the four of the published Flux benchmark's size. */
export type Shape = 'ten' | 'four';

/** Applications that share a namespace. */
const PER_NAMESPACE = 100;
/** Applications at the front that are not healed, so that a third party can see their drift. */
export const UNHEALED = 10;

export function applicationName(index: number): string {
  return `app-${String(index).padStart(5, '0')}`;
}

export function namespaceOf(index: number): string {
  return `team-${String(Math.floor(index / PER_NAMESPACE)).padStart(3, '0')}`;
}

export function folderOf(index: number): string {
  return `apps/${namespaceOf(index)}/${applicationName(index)}`;
}

export const BASE_SETTINGS = 'base/settings.yaml';

function document(apiVersion: string, kind: string, more: object): string {
  return `${JSON.stringify({ apiVersion, kind, metadata: { name: 'web', labels: { app: 'web' } }, ...more }, null, 2)}\n`;
}

const SELECTOR = { matchLabels: { app: 'web' } };

function deployment(replicas: number): string {
  const container = {
    name: 'web',
    image: 'registry.example.com/team/web:1.0.0',
    ports: [{ name: 'http', containerPort: 8080 }],
    envFrom: [{ configMapRef: { name: 'settings' } }, { configMapRef: { name: 'own' } }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
  };
  const spec = { serviceAccountName: 'web', containers: [container] };
  const template = { metadata: { labels: { app: 'web' } }, spec };
  return document('apps/v1', 'Deployment', { spec: { replicas, selector: SELECTOR, template } });
}

/** The ConfigMap that every application has from the base. */
export function baseSettings(release: string): string {
  const data = { release, LOG_LEVEL: 'info', FEATURES: 'a,b,c' };
  return document('v1', 'ConfigMap', { metadata: { name: 'settings' }, data });
}

/** Headless: the simulated API looks at every Service there is to find a free address, which no real one does. */
const SERVICE = document('v1', 'Service', {
  spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});
const SERVICE_ACCOUNT = document('v1', 'ServiceAccount', {});

function restOfTen(): readonly string[] {
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'watch'] }];
  const subjects = [{ kind: 'ServiceAccount', name: 'web', namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' };
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
  const metric = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  const ingress = [{ from: [{ podSelector: { matchLabels: { app: 'gateway' } } }], ports: [{ port: 8080 }] }];
  return [
    document('rbac.authorization.k8s.io/v1', 'Role', { rules }),
    document('rbac.authorization.k8s.io/v1', 'RoleBinding', { subjects, roleRef }),
    document('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 5, metrics: [metric] },
    }),
    document('policy/v1', 'PodDisruptionBudget', { spec: { maxUnavailable: 1, selector: SELECTOR } }),
    document('networking.k8s.io/v1', 'NetworkPolicy', {
      spec: { podSelector: SELECTOR, policyTypes: ['Ingress'], ingress },
    }),
  ];
}

/** The ConfigMap of one application's own. */
export function ownSettings(value: string): string {
  return `value=${value}\nMODE=production\n`;
}

/** Where {@link ownSettings} go. */
export function settingsFile(index: number): string {
  return `${folderOf(index)}/own.properties`;
}

/** A repository of `count` applications, each an overlay of three files on the base that they share. */
export function repositoryFiles(count: number, shape: Shape): Map<string, string> {
  const objects =
    shape === 'ten'
      ? [deployment(1), SERVICE, SERVICE_ACCOUNT, ...restOfTen()]
      : [deployment(0), SERVICE, SERVICE_ACCOUNT];
  const resources = ['objects.yaml', ...(shape === 'ten' ? ['settings.yaml'] : [])];
  const files = new Map([
    ['README.md', 'Applications\n'],
    ['base/kustomization.yaml', `resources: ${JSON.stringify(resources)}\n`],
    ['base/objects.yaml', objects.join('---\n')],
    [BASE_SETTINGS, baseSettings('0')],
  ]);
  for (let index = 0; index < count; index++) {
    files.set(`${folderOf(index)}/kustomization.yaml`, overlay(index));
    files.set(`${folderOf(index)}/image.yaml`, imagePatch(index));
    files.set(settingsFile(index), ownSettings('0'));
  }
  return files;
}

function overlay(index: number): string {
  return `resources: [../../../base]
namespace: ${namespaceOf(index)}
nameSuffix: -${applicationName(index)}
labels:
  - pairs: { instance: ${applicationName(index)} }
configMapGenerator:
  - name: own
    envs: [own.properties]
generatorOptions: { disableNameSuffixHash: true }
patches:
  - path: image.yaml
`;
}

function imagePatch(index: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - { name: web, image: "registry.example.com/team/web:1.0.${index}" }
`;
}
