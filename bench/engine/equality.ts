import { build } from '../../src/kustomize/index.ts';
import { gvkOf } from '../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../src/kube/index.ts';
import { contains } from '../lib/contains.ts';
import { folderOf, namespaceOf } from './content.ts';
import type { World } from './world.ts';

export const TRACKING = 'argocd.argoproj.io/tracking-id';

/**
 * Compares what the cluster holds with what the last commit renders to, in this process, from the files themselves:
 * every field that Git sets, and nothing that is tracked besides.
 * @returns what is wrong; undefined when nothing is
 */
export async function differenceFromGit(world: World): Promise<string | undefined> {
  const live = new Map<string, KubeObject>();
  const kinds = new Map<string, KubeObject>();
  let wanted = 0;
  for (let index = 0; index < world.count; index++) {
    const { objects } = await build(world.repository.files, folderOf(index));
    for (const object of objects) {
      const kind = `${object.apiVersion} ${object.kind}`;
      if (!kinds.has(kind)) await collect(world.cluster, object, live);
      kinds.set(kind, object);
      wanted++;
      const { managedFields: _, ...metadata } = object.metadata;
      const key = keyOf({ ...object, metadata: { ...metadata, namespace: metadata.namespace ?? namespaceOf(index) } });
      const found = live.get(key);
      if (found === undefined) return `${key} is missing`;
      if (!contains(found, withoutEmpty(object))) return `${key} is not as Git says`;
    }
  }
  return live.size === wanted ? undefined : `the cluster has ${live.size} tracked objects, Git ${wanted}`;
}

async function collect(client: KubeClient, example: KubeObject, into: Map<string, KubeObject>): Promise<void> {
  const { items } = await client.list(gvkOf(example));
  for (const item of items) if (item.metadata.annotations?.[TRACKING] !== undefined) into.set(keyOf(item), item);
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}

function withoutEmpty(object: KubeObject): unknown {
  return JSON.parse(JSON.stringify(object));
}
