import { builtinResources, gvkOf } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { DeploymentsByFolder } from './deployments.ts';
import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import { aboutObject, identityOf } from './rendered.ts';
import type { PlacedObject, RenderedOverlay } from './rendered.ts';

const CLUSTER_WIDE: ReadonlySet<string> = new Set(
  builtinResources()
    .filter(({ namespaced }) => !namespaced)
    .map(({ group, kind }) => `${group}/${kind}`),
);

/** Objects that an overlay has in two versions, or that two Applications deploy to one place. */
export async function checkDuplicates(
  overlays: readonly RenderedOverlay[],
  deployments: DeploymentsByFolder,
  locator: Locator,
): Promise<readonly NewFinding[]> {
  const found: NewFinding[] = [];
  const owners = new Map<string, PlacedObject>();
  for (const overlay of overlays) {
    for (const { placed, id } of deployedIds(overlay, deployments)) {
      const first = owners.get(id);
      if (first === undefined) owners.set(id, placed);
      else if (first !== placed) found.push(await duplicate(placed, first, locator));
    }
  }
  return found;
}

function deployedIds(
  overlay: RenderedOverlay,
  deployments: DeploymentsByFolder,
): { readonly placed: PlacedObject; readonly id: string }[] {
  return destinationsOf(overlay, deployments).flatMap(({ cluster, namespace }) =>
    overlay.objects.map((placed) => ({ placed, id: `${cluster} ${idOf(placed.object, namespace)}` })),
  );
}

interface Destination {
  readonly cluster: string;
  readonly namespace: string;
}

/** An overlay that no Application deploys is on a cluster of its own. */
function destinationsOf({ path }: RenderedOverlay, deployments: DeploymentsByFolder): readonly Destination[] {
  const found = deployments.get(path) ?? [];
  return found.length > 0 ? found : [{ cluster: `(only ${path})`, namespace: 'default' }];
}

function idOf(object: KubeObject, namespace: string): string {
  const { group, kind } = gvkOf(object);
  return CLUSTER_WIDE.has(`${group}/${kind}`)
    ? [group, kind, object.metadata.name].join('/')
    : identityOf(object, namespace);
}

async function duplicate(placed: PlacedObject, first: PlacedObject, locator: Locator): Promise<NewFinding> {
  const where = (await aboutObject(first, locator)).place;
  const other = first.overlay.path === placed.overlay.path ? '' : ` by ${first.overlay.path}`;
  return {
    rule: 'duplicate',
    ...(await aboutObject(placed, locator)),
    message: `Is deployed twice: also${other} from ${where.file}${where.line === undefined ? '' : `:${where.line}`}`,
    mend: 'Leave the object to one of them, or give one another name or namespace',
  };
}
