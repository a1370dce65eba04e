import { KustomizeError, build } from '../kustomize/index.ts';
import type { ObjectSource } from '../kustomize/index.ts';
import { gvkOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { NewFinding } from './finding.ts';
import { lastStep } from '../kustomize/index.ts';
import type { Overlay } from '../kustomize/index.ts';
import type { Locator } from './locate.ts';
import type { Repository } from './repository.ts';

/** An object as an overlay deploys it. */
export interface PlacedObject {
  readonly object: KubeObject;
  readonly source: ObjectSource;
  readonly overlay: Overlay;
}

export interface RenderedOverlay extends Overlay {
  readonly objects: readonly PlacedObject[];
}

/** Builds an overlay; a mistake in it is a finding. */
export async function renderOverlay(
  repository: Repository,
  overlay: Overlay,
  signal: AbortSignal,
): Promise<RenderedOverlay | NewFinding> {
  try {
    const { objects, sources } = await build(repository.source, overlay.path, { signal });
    const placed = objects.map((object, i) => ({
      object,
      source: sources[i] ?? { file: overlay.file, name: object.metadata.name ?? '' },
      overlay,
    }));
    return { ...overlay, objects: placed };
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    return failure(repository, overlay, error);
  }
}

function failure({ paths }: Repository, overlay: Overlay, { file, line, reason, code }: KustomizeError): NewFinding {
  const isFile = file !== undefined && paths.includes(file);
  return {
    rule: 'render',
    overlays: [overlay.path],
    place: { file: isFile ? file : overlay.file, ...(isFile && line !== undefined ? { line } : {}) },
    message: `Does not render: ${reason}`,
    mend: MENDS[code] ?? `Mend it until stoa-cd render ${overlay.path} prints objects`,
  };
}

const MENDS: Readonly<Partial<Record<KustomizeError['code'], string>>> = {
  NOT_FOUND: 'Add the file, or mend the path that names it',
  OUTSIDE_ROOT: 'Keep what an overlay reads in this repository, below the kustomization that names it',
  CYCLE: 'Let bases not build on those that build on them',
  DUPLICATE_RESOURCE: 'Keep one of the objects, or give one another name',
  REFUSED: 'Put what is to be deployed into this repository: nothing is fetched or executed',
};

/** For instance `Deployment stoa/web`. */
export function describe({ kind, metadata: { name = '', namespace } }: KubeObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** What findings about one object share. */
export async function aboutObject(
  { object, source, overlay }: PlacedObject,
  locator: Locator,
  path: readonly (string | number)[] = [],
): Promise<Pick<NewFinding, 'overlays' | 'object' | 'place'>> {
  const file = source.file === '' ? overlay.file : source.file;
  const place = await locator.find({ file, object, name: source.name, path });
  return { overlays: [overlay.path], object: describe(object), place };
}

/** Group, kind, namespace and name, whatever the version. */
export function identityOf(object: KubeObject, namespace: string): string {
  const { group, kind } = gvkOf(object);
  return [group, kind, object.metadata.namespace ?? namespace, object.metadata.name ?? ''].join('/');
}

/** The name of the environment that an overlay is. */
export function environmentName({ path }: Overlay): string {
  return lastStep(path);
}
