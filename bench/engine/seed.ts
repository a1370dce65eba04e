import { build } from '../../src/kustomize/index.ts';
import { gvkOf } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { applicationName, folderOf } from './content.ts';
import { TRACKING } from './equality.ts';
import { eachOf } from './world.ts';
import type { World } from './world.ts';

/**
 * Brings the cluster to what Git says without the engine, as if it had synced everything: for numbers of applications
 * whose first sync would take longer than all that is measured.
 */
export async function seed(world: World): Promise<void> {
  await eachOf(world.names.keys(), async (index) => {
    const { objects } = await build(world.repository.files, folderOf(index));
    await world.servers.ask(
      'apply',
      objects.map((object) => tracked(object, applicationName(index))),
    );
  });
}

function tracked(object: KubeObject, application: string): KubeObject {
  const { group, kind } = gvkOf(object);
  const { namespace = '', name = '', annotations } = object.metadata;
  const id = `${application}:${group}/${kind}:${namespace}/${name}`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [TRACKING]: id } } };
}
