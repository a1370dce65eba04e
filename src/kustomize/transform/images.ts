import { appliesTo } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { ImageArgs } from '../model/kustomization.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { isMap, isScalar, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { scalarAt, visitField } from './visit-field.ts';

/** Renames images in the containers of anything, and in the fields given. */
export function transformImages(resources: ResourceMap, image: ImageArgs, fieldSpecs: readonly FieldSpec[]): void {
  const update = imageUpdate(image);
  for (const resource of resources.all) {
    const { gvk, node } = resource;
    if (gvk.kind === 'CustomResourceDefinition') continue;
    updateContainers(node, update);
    for (const spec of fieldSpecs) {
      if (!appliesTo(spec, gvk)) continue;
      visitField(node, {
        spec,
        visit: (slot) => {
          const value = scalarAt(slot, spec);
          if (isScalar(value)) slot.set(update(textOf(value)) ?? value);
        },
      });
    }
  }
}

/** The new name of an image, `undefined` where it stays. */
type Update = (image: string) => string | undefined;

function imageUpdate(image: ImageArgs): Update {
  const pattern = imagePattern(image.name ?? '');
  return (current) => (pattern?.test(current) === true ? rename(current, image) : undefined);
}

/** The name is a regular expression to upstream, too. */
function imagePattern(name: string): RegExp | undefined {
  try {
    return new RegExp(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  } catch {
    // A name that is no regular expression matches nothing.
    return undefined;
  }
}

interface ImageParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

function rename(image: string, args: ImageArgs): string {
  const parts = splitImage(image);
  const name = args.newName === undefined || args.newName === '' ? parts.name : args.newName;
  const { tag, digest } = newVersion(parts, args);
  return name + (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
}

function newVersion(parts: ImageParts, args: ImageArgs): Pick<ImageParts, 'tag' | 'digest'> {
  const { newTag = '', digest = '', tagSuffix = '' } = args;
  if (newTag !== '' || digest !== '') return { tag: newTag, digest };
  return tagSuffix === '' ? parts : { tag: parts.tag + tagSuffix, digest: '' };
}

export function splitImage(image: string): ImageParts {
  const slash = Math.max(0, image.indexOf('/'));
  const at = image.indexOf('@', slash);
  const colon = image.indexOf(':', slash);
  const end = at < 0 ? image.length : at;
  const digest = at < 0 ? '' : image.slice(at + 1);
  if (colon < 0 || colon > end) return { name: image.slice(0, end), tag: '', digest };
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, end), digest };
}

/** Every `image` of every list `containers` or `initContainers`, wherever it is. */
function updateContainers(value: YamlValue | undefined, update: Update): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') updateContainers(item, update);
    return;
  }
  if (!isMap(value)) return;
  for (const key in value) {
    const field = value[key];
    if (typeof field !== 'object' || field === null) continue;
    if (key === 'containers' || key === 'initContainers') updateImages(field, update);
    updateContainers(field, update);
  }
}

function updateImages(containers: YamlValue, update: Update): void {
  if (!Array.isArray(containers)) return;
  for (const container of containers) if (isMap(container)) updateImage(container, update);
}

function updateImage(container: YamlMap, update: Update): void {
  const image = container['image'];
  if (!isScalar(image)) return;
  const updated = update(textOf(image));
  if (updated !== undefined) container['image'] = updated;
}
