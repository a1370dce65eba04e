import { hash } from 'node:crypto';
import type { FileSource } from '../../src/kustomize/index.ts';

/** Files of a repository by path, and the folder to build. */
export interface Workload {
  readonly files: Map<string, string>;
  readonly folder: string;
}

const KUSTOMIZATION = 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n';

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: ${name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      serviceAccountName: ${name}
      containers:
      - name: main
        image: registry.example.com/team/app:1.0.0
        envFrom:
        - configMapRef:
            name: ${name}
        ports:
        - containerPort: 8080
          name: http
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
        readinessProbe:
          httpGet:
            path: /healthz
            port: http
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
  - port: 80
    targetPort: http
`;
}

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  LOG_LEVEL: info\n  FEATURES: "a,b,c"\n`;
}

function serviceAccount(name: string): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n`;
}

const MAKERS = [deployment, service, configMap, serviceAccount];

/** As many objects, four of each name, that refer to one another. */
function objects(count: number): string {
  const made: string[] = [];
  for (let i = 0; i < count; i++) made.push(MAKERS[i % MAKERS.length]?.(`app-${Math.floor(i / MAKERS.length)}`) ?? '');
  return made.join('---\n');
}

/** W1: ten objects under an overlay that uses most of what overlays use. */
export function smallOverlay(): Workload {
  const files = new Map([
    ['base/kustomization.yaml', `${KUSTOMIZATION}resources:\n- objects.yaml\n`],
    ['base/objects.yaml', objects(10)],
    [
      'overlay/kustomization.yaml',
      `${KUSTOMIZATION}resources:
- ../base
namespace: production
namePrefix: prod-
labels:
- pairs:
    environment: production
  includeSelectors: true
images:
- name: registry.example.com/team/app
  newTag: 2.0.0
replicas:
- name: app-0
  count: 3
configMapGenerator:
- name: settings
  literals:
  - MODE=production
patches:
- path: patch.yaml
`,
    ],
    [
      'overlay/patch.yaml',
      `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-0
spec:
  template:
    spec:
      containers:
      - name: main
        env:
        - name: MODE
          value: production
`,
    ],
  ]);
  return { files, folder: 'overlay' };
}

/** W2 and W3: a base of many objects under an overlay that touches every one. */
export function manyResources(count: number): Workload {
  const files = new Map([
    ['base/kustomization.yaml', `${KUSTOMIZATION}resources:\n- objects.yaml\n`],
    ['base/objects.yaml', objects(count)],
    [
      'overlay/kustomization.yaml',
      `${KUSTOMIZATION}resources:
- ../base
namespace: production
namePrefix: prod-
labels:
- pairs:
    environment: production
  includeSelectors: true
images:
- name: registry.example.com/team/app
  newTag: 2.0.0
patches:
- target:
    kind: Deployment
  patch: |-
    - op: add
      path: /metadata/annotations
      value:
        owner: team
`,
    ],
  ]);
  return { files, folder: 'overlay' };
}

/** The folder of one application of {@link monorepo}. */
export function appFolder(index: number): string {
  return `apps/app-${index}/prod`;
}

/** A repository whose files have ids that are known without reading, as Git's have. */
export class Repository implements FileSource {
  readonly #files = new Map<string, { readonly bytes: Buffer; readonly id: string }>();
  readonly #folders = new Set(['']);

  set(path: string, content: string): void {
    this.#files.set(path, { bytes: Buffer.from(content), id: hash('sha1', content) });
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      this.#folders.add(path.slice(0, end));
    }
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.get(path)?.bytes;
  }

  isDirectory(path: string): boolean {
    return this.#folders.has(path);
  }

  hash(path: string): string | undefined {
    return this.#files.get(path)?.id;
  }
}

/** W4: many applications, each an overlay of its own on a base that all share. */
export function monorepo(apps: number): Repository {
  const files = new Repository();
  for (const [path, content] of [
    ['base/kustomization.yaml', `${KUSTOMIZATION}resources:\n- objects.yaml\n`],
    ['base/objects.yaml', objects(4)],
  ] as const) {
    files.set(path, content);
  }
  for (let i = 0; i < apps; i++) {
    files.set(
      `${appFolder(i)}/kustomization.yaml`,
      `${KUSTOMIZATION}resources:\n- ../../../base\nnamespace: app-${i}\npatches:\n- path: patch.yaml\n`,
    );
    files.set(`${appFolder(i)}/patch.yaml`, patchOf('info'));
  }
  return files;
}

export function patchOf(level: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-0\ndata:\n  LOG_LEVEL: ${level}\n`;
}
