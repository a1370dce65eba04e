import { getPath } from './object.ts';
import type { KubeObject } from './object.ts';

/** Where the pods of a kind are described. */
const POD_PATHS: readonly (readonly string[])[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  ['spec'],
];

const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** The images that an object runs, as it names them: each once, sorted. */
export function imagesOf(object: KubeObject): readonly string[] {
  const images = POD_PATHS.flatMap((path) => CONTAINER_LISTS.flatMap((list) => imagesIn(object, path, list)));
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
