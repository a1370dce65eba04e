import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../src/kube/index.ts';
import type { Addresses } from '../../test/support/running-program.ts';
import { git } from '../../test/support/tools.ts';

/** A repository with one small application, pushed as a person pushes: by `git` from a work tree. */
export interface BenchRepository {
  /** To be created on the hub. */
  readonly objects: readonly KubeObject[];
  /** Writes `value` into the application's ConfigMap and commits. @returns the commit */
  commit(value: string): Promise<string>;
  push(): Promise<void>;
}

const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: bench
resources: [deployment.yaml, service.yaml]
configMapGenerator:
  - name: settings
    files: [value.txt]
generatorOptions: { disableNameSuffixHash: true }
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "registry.example.com/web:1", ports: [{ containerPort: 80 }] }
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

/** Makes the repository in `folder` and pushes its first commit to the forge. */
export async function createBenchRepository(folder: string, addresses: Addresses): Promise<BenchRepository> {
  const repoURL = `${addresses.forge}/stoa/bench.git`;
  const remote = new URL(repoURL);
  remote.username = 'alice';
  remote.password = addresses.users.find(({ name }) => name === 'alice')?.password ?? '';
  await mkdir(folder, { recursive: true });
  await git(folder, 'init', '-q', '-b', 'main');
  await git(folder, 'remote', 'add', 'origin', remote.href);
  await writeFile(join(folder, 'kustomization.yaml'), KUSTOMIZATION);
  await writeFile(join(folder, 'deployment.yaml'), DEPLOYMENT);
  await writeFile(join(folder, 'service.yaml'), SERVICE);
  const repository: BenchRepository = {
    objects: [projectOf(repoURL), applicationOf(repoURL)],
    async commit(value) {
      await writeFile(join(folder, 'value.txt'), value);
      await git(folder, 'add', '-A');
      await git(folder, 'commit', '-qm', `Set ${value}`);
      return git(folder, 'rev-parse', 'HEAD');
    },
    push: async () => {
      await git(folder, 'push', '-q', 'origin', 'main');
    },
  };
  await repository.commit('first');
  await repository.push();
  return repository;
}

function projectOf(repoURL: string): KubeObject {
  const anything = [{ group: '*', kind: '*' }];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'bench', namespace: 'argocd' },
    spec: {
      sourceRepos: [repoURL],
      destinations: [{ name: 'dev', server: '*', namespace: 'bench' }],
      clusterResourceWhitelist: anything,
      namespaceResourceWhitelist: anything,
    },
  };
}

function applicationOf(repoURL: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'bench', namespace: 'argocd' },
    spec: {
      project: 'bench',
      source: { repoURL, targetRevision: 'main', path: '.' },
      destination: { name: 'dev', namespace: 'bench' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  };
}
