import type { KubeObject } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';
import { matches } from './settings.ts';
import type { AllowedDifference } from './settings.ts';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'CronJob', 'Job'];
const POD_SPECS = ['spec/template/spec', 'spec/jobTemplate/spec/template/spec'];
const CONTAINERS = POD_SPECS.flatMap((spec) => [`${spec}/containers/*`, `${spec}/initContainers/*`]);

function of(kinds: readonly string[], paths: readonly string[], reason: string): AllowedDifference[] {
  return kinds.flatMap((kind) => paths.map((path) => ({ kind, path, reason })));
}

/** Where environments may differ in any repository; docs/guide/kustomize.md lists them. */
export const DEFAULT_DIFFERENCES: readonly AllowedDifference[] = [
  { path: 'metadata/name', reason: 'prefixes and suffixes' },
  { path: 'metadata/namespace', reason: 'environments may share a cluster' },
  { path: 'metadata/labels/stoa.dev\\/environment', reason: 'names the environment' },
  ...of(['Deployment', 'StatefulSet', 'Rollout'], ['spec/replicas'], 'size'),
  ...of(['HorizontalPodAutoscaler'], ['spec/minReplicas', 'spec/maxReplicas'], 'size'),
  ...of(['PodDisruptionBudget'], ['spec/minAvailable', 'spec/maxUnavailable'], 'size'),
  ...of(['PersistentVolumeClaim'], ['spec/resources', 'spec/storageClassName'], 'size'),
  ...of(
    WORKLOADS,
    CONTAINERS.map((container) => `${container}/resources`),
    'size',
  ),
  ...of(
    WORKLOADS,
    CONTAINERS.map((container) => `${container}/image`),
    'releases move through the environments',
  ),
  ...of(['ConfigMap'], ['data'], 'configuration'),
  ...of(['Ingress'], ['spec/rules/*/host', 'spec/tls'], 'host names'),
  ...of(['RoleBinding', 'ClusterRoleBinding'], ['subjects/*/namespace'], 'environments may share a cluster'),
];

/** Tells which differences of an object between environments are allowed. */
export class AllowList {
  readonly #entries: readonly { readonly entry: AllowedDifference; readonly steps: readonly string[] }[];

  constructor(entries: readonly AllowedDifference[]) {
    this.#entries = entries.map((entry) => ({ entry, steps: splitPath(entry.path ?? '') }));
  }

  /** @param path of the difference; empty for an object that only some environments have */
  allows(object: KubeObject, path: FieldPath, environments: readonly string[]): boolean {
    return this.#entries.some(
      ({ entry, steps }) => appliesTo(entry, object, environments) && startsWith(path.map(String), steps),
    );
  }
}

/** `a/b\/c` as its steps. */
function splitPath(path: string): readonly string[] {
  return path === '' ? [] : path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/'));
}

function startsWith(path: readonly string[], steps: readonly string[]): boolean {
  return steps.length <= path.length && steps.every((step, i) => step === '*' || step === path[i]);
}

/** An entry for certain environments holds when the object differs in one of them. */
function appliesTo(
  { kind, name, environments: wanted }: AllowedDifference,
  object: KubeObject,
  environments: readonly string[],
): boolean {
  if (kind !== undefined && kind !== object.kind) return false;
  if (name !== undefined && !matches(name, object.metadata.name ?? '')) return false;
  return wanted === undefined || environments.some((environment) => wanted.includes(environment));
}
