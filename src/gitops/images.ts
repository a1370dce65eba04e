import { getPath } from '../kube/index.ts';
import type { KubeObject } from '../kube/index.ts';

/** Where the pods of a kind are described. */
const POD_PATHS: readonly (readonly string[])[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec'],
];

/** The images that an object runs, each once, sorted. */
export function imagesOf(object: KubeObject): readonly string[] {
  const images = POD_PATHS.flatMap((path) => [
    ...imagesIn(object, path, 'containers'),
    ...imagesIn(object, path, 'initContainers'),
  ]);
  return [...new Set(images)].sort();
}

function imagesIn(object: KubeObject, path: readonly string[], list: string): readonly string[] {
  const containers = getPath(object, ...path, list);
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container) => {
    const image = getPath(container, 'image');
    return typeof image === 'string' && image !== '' ? [image] : [];
  });
}
