import { validate } from './validate.ts';
import type { Finding } from './finding.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: web
          envFrom:
            - configMapRef: {name: settings}
          env:
            - name: TOKEN
              valueFrom: {secretKeyRef: {name: token, key: token}}
`;

const OTHERS = `apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: token}
spec: {refreshInterval: 1h}
---
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web}
spec: {selector: {matchLabels: {app: web}}, endpoints: []}
`;

function environment(name: string): string {
  return `resources: [../../base]
namespace: web
images: [{name: web, newName: registry.example.com/web, digest: "${DIGEST}"}]
configMapGenerator: [{name: settings, behavior: merge, literals: [MODE=${name}]}]
`;
}

function application(name: string, ref: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web-${name}}
spec:
  project: default
  source: {repoURL: https://git.example.com/envs.git, targetRevision: ${ref}, path: envs/${name}}
  destination: {name: ${name}, namespace: web}
`;
}

const PIPELINE = `apiVersion: delivery.stoa.dev/v1alpha1
kind: Pipeline
metadata: {name: web}
spec:
  environments:
    - {name: dev, path: envs/dev, application: web-dev, ref: main}
    - {name: prod, path: envs/prod, application: web-prod, ref: approved/prod}
`;

/** A repository in which nothing is wrong. */
export const SOUND: Readonly<Record<string, string>> = {
  'base/kustomization.yaml':
    'resources: [web.yaml, others.yaml]\nconfigMapGenerator: [{name: settings, literals: [MODE=none]}]\n',
  'base/web.yaml': DEPLOYMENT,
  'base/others.yaml': OTHERS,
  'envs/dev/kustomization.yaml': environment('dev'),
  'envs/prod/kustomization.yaml': environment('prod'),
  'argocd/kustomization.yaml': 'resources: [dev.yaml, prod.yaml, pipeline.yaml]\n',
  'argocd/dev.yaml': application('dev', 'main'),
  'argocd/prod.yaml': application('prod', 'approved/prod'),
  'argocd/pipeline.yaml': PIPELINE,
};

/** What is found when files of the sound repository are replaced, or with `undefined` removed. */
export async function findingsWith(
  changes: Readonly<Record<string, string | undefined>>,
  options: { readonly protectedEnvironments?: readonly string[] } = {},
): Promise<readonly Finding[]> {
  const files = new Map(
    Object.entries({ ...SOUND, ...changes }).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  );
  return (await validate(files, { signal: AbortSignal.timeout(30_000), ...options })).findings;
}

/** A file of the sound repository with one text replaced, which must be in it. */
export function edited(path: string, from: string, to: string): Readonly<Record<string, string>> {
  const text = SOUND[path] ?? '';
  if (!text.includes(from)) throw new Error(`No ${from} in ${path}`);
  return { [path]: text.replace(from, to) };
}
