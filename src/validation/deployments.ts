import { getPath } from '../kube/index.ts';
import type { FieldPath } from './field-path.ts';
import { ofKind } from './manifests.ts';
import type { Manifest } from './manifests.ts';
import { objectsIn } from './pod-templates.ts';

/** A folder of this repository that an Application deploys. */
export interface Deployment {
  readonly manifest: Manifest;
  readonly folder: string;
  /** Of `path` within the Application. */
  readonly field: FieldPath;
  /** Cluster and namespace. */
  readonly cluster: string;
  readonly namespace: string;
  readonly revision: string;
}

/** A stage of a Pipeline. */
export interface PipelineStage {
  readonly manifest: Manifest;
  readonly name: string;
  readonly folder: string;
  readonly application: string;
  readonly isProtected: boolean;
  /** Within the Pipeline. */
  readonly field: FieldPath;
}

/** Of refs that only the promotion gate moves. */
const APPROVED = 'approved/';

export type DeploymentsByFolder = ReadonlyMap<string, readonly Deployment[]>;

/** What Applications deploy out of this repository: the one that most of their sources are in. */
export function deploymentsOf(manifests: readonly Manifest[]): DeploymentsByFolder {
  const found = ofKind(manifests, 'argoproj.io', 'Application').flatMap(sourcesOf);
  const counts = new Map<string, number>();
  for (const { url } of found) counts.set(url, (counts.get(url) ?? 0) + 1);
  const [own] = [...counts].sort(([, a], [, b]) => b - a);
  const byFolder = new Map<string, Deployment[]>();
  for (const { url, deployment } of found) {
    if (url !== own?.[0]) continue;
    const known = byFolder.get(deployment.folder);
    if (known === undefined) byFolder.set(deployment.folder, [deployment]);
    else known.push(deployment);
  }
  return byFolder;
}

function sourcesOf(manifest: Manifest): { readonly url: string; readonly deployment: Deployment }[] {
  const { object } = manifest;
  const single = getPath(object, 'spec', 'source') === undefined ? [] : [['spec', 'source']];
  const several = objectsIn(getPath(object, 'spec', 'sources')).map(({ index }) => ['spec', 'sources', index]);
  return [...single, ...several].flatMap((field) => {
    const path = text(object, ...field, 'path');
    const url = text(object, ...field, 'repoURL');
    if (path === '' || url === '') return [];
    const deployment = {
      manifest,
      folder: normalise(path),
      field: [...field, 'path'],
      cluster: text(object, 'spec', 'destination', 'name') || text(object, 'spec', 'destination', 'server'),
      namespace: text(object, 'spec', 'destination', 'namespace'),
      revision: text(object, ...field, 'targetRevision'),
    };
    return [{ url, deployment }];
  });
}

export function stagesOf(manifests: readonly Manifest[]): readonly PipelineStage[] {
  return ofKind(manifests, 'delivery.stoa.dev', 'Pipeline').flatMap((manifest) =>
    objectsIn(getPath(manifest.object, 'spec', 'environments')).map(({ value, index }) => ({
      manifest,
      name: text(value, 'name'),
      folder: normalise(text(value, 'path')),
      application: text(value, 'application'),
      isProtected: value['approvals'] !== undefined || text(value, 'ref').startsWith(APPROVED),
      field: ['spec', 'environments', index],
    })),
  );
}

/** Folders of protected environments, as far as Pipelines and Applications tell. */
export function protectedFolders(
  stages: readonly PipelineStage[],
  deployments: DeploymentsByFolder,
): ReadonlySet<string> {
  return new Set([
    ...stages.filter(({ isProtected }) => isProtected).map(({ folder }) => folder),
    ...[...deployments.values()]
      .flat()
      .filter(({ revision }) => revision.startsWith(APPROVED))
      .map(({ folder }) => folder),
  ]);
}

function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = getPath(value, ...path);
  return typeof found === 'string' ? found : '';
}

function normalise(path: string): string {
  return path.replace(/^(?:\.?\/)+|\/+$/g, '') || '.';
}
