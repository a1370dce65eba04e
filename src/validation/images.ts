import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import { containersOf, podTemplateOf } from './pod-templates.ts';
import { aboutObject, environmentName } from './rendered.ts';
import type { PlacedObject } from './rendered.ts';

const BY_DIGEST = /@sha256:[0-9a-f]{64}$/;

/** Images that a protected environment runs by a tag, which can be moved after it was approved. */
export async function checkImages(placed: PlacedObject, locator: Locator): Promise<readonly NewFinding[]> {
  const template = podTemplateOf(placed.object);
  if (template === undefined) return [];
  const found: NewFinding[] = [];
  for (const { container, path } of containersOf(template)) {
    const image = container['image'];
    if (typeof image !== 'string' || BY_DIGEST.test(image)) continue;
    found.push({
      rule: 'image-digest',
      ...(await aboutObject(placed, locator, [...path, 'image'])),
      message: `${environmentName(placed.overlay)} is protected and runs ${image}, which names no digest`,
      mend: `Give the image a digest under images of ${placed.overlay.file}, as a release does`,
    });
  }
  return found;
}
