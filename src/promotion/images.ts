import { isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { YAMLMap } from 'yaml';
import { isJsonObject, parseYaml } from '../core/index.ts';
import { refuse } from './errors.ts';
import type { ReleaseImage } from './kinds.ts';

/** One entry of a kustomization's `images:`. */
export interface ImageEntry {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

/** The `images:` of a kustomization. @throws YamlError */
export function readImages(kustomization: string): readonly ImageEntry[] {
  const [document] = parseYaml(kustomization);
  const images = isJsonObject(document) ? document['images'] : undefined;
  if (!Array.isArray(images)) return [];
  return images.filter(isJsonObject).map((entry) => {
    const field = (key: string): Partial<Record<string, string>> => {
      const value = entry[key];
      return typeof value === 'string' || typeof value === 'number' ? { [key]: String(value) } : {};
    };
    return { name: '', ...field('name'), ...field('newName'), ...field('newTag'), ...field('digest') };
  });
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The kustomization with the images of a release in its `images:`; every other byte stays.
 * @throws RefusedError when an image has no entry, or its entry lacks newName, newTag or digest
 */
export function bumpImages(kustomization: string, images: readonly ReleaseImage[]): string {
  const document = parseDocument(kustomization, { keepSourceTokens: false });
  const list = document.get('images');
  const entries = isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
  const splices = images.flatMap((image) => {
    const entry = entries.find((item) => item.get('name') === image.name);
    if (entry === undefined)
      refuse(`Cannot set the image ${image.name}: the kustomization has no entry of that name under images`);
    return spliceEntry(entry, image);
  });
  return splices
    .sort((a, b) => b.start - a.start)
    .reduce((text, { start, end, text: value }) => text.slice(0, start) + value + text.slice(end), kustomization);
}

function spliceEntry(entry: YAMLMap, { name, repository, tag, digest }: ReleaseImage): readonly Splice[] {
  const wanted: Readonly<Record<string, string>> = { newName: repository, newTag: tag, digest };
  return Object.entries(wanted).map(([key, value]) => {
    const node = entry.get(key, true);
    if (!isScalar(node) || node.range == null) refuse(`Cannot set the image ${name}: its entry has no ${key}`);
    return { start: node.range[0], end: node.range[1], text: quote(value) };
  });
}

/** Plain where YAML reads it as text, quoted where it would become a number or something else. */
function quote(value: string): string {
  const plain =
    /^[A-Za-z][\w./:@-]*$/.test(value) &&
    parseYaml(`a: ${value}`).every((one) => isJsonObject(one) && one['a'] === value);
  const dotted = /^\d+\.\d+\.[\w.-]+$/.test(value);
  return plain || dotted ? value : JSON.stringify(value);
}

/** The images of a pipeline as an environment has them now. @throws RefusedError when one is not pinned by digest */
export function imagesOf(kustomization: string, names: readonly string[]): readonly ReleaseImage[] {
  const entries = readImages(kustomization);
  return names.map((name) => {
    const entry = entries.find((one) => one.name === name);
    if (entry?.digest === undefined)
      refuse(`Cannot read the image ${name}: the kustomization does not pin it by digest`);
    return { name, repository: entry.newName ?? name, tag: entry.newTag ?? '', digest: entry.digest };
  });
}

export function sameDigests(a: readonly ReleaseImage[], b: readonly ReleaseImage[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, digest }) => b.some((other) => other.name === name && other.digest === digest))
  );
}
