import { KustomizeError } from '../errors.ts';
import type { ImageArgs, Kustomization, PatchArgs } from '../model/kustomization.ts';
import { isMap } from '../yaml/value.ts';
import type { YamlValue } from '../yaml/value.ts';
import { conform } from './shape.ts';
import { PATCH } from './shapes.ts';

/** What is laid over a kustomization from outside, as an Application's `spec.source.kustomize` does. */
export interface KustomizeOverrides {
  readonly namePrefix?: string | undefined;
  readonly nameSuffix?: string | undefined;
  readonly namespace?: string | undefined;
  /** `name=newName:tag`, `name:tag`, `name@digest`; `*` keeps what the kustomization says. */
  readonly images?: readonly string[] | undefined;
  readonly replicas?: readonly { readonly name: string; readonly count: number | string }[] | undefined;
  readonly commonLabels?: Readonly<Record<string, string>> | undefined;
  readonly commonAnnotations?: Readonly<Record<string, string>> | undefined;
  /** Labels replace those of the kustomization instead of being refused. @default false */
  readonly forceCommonLabels?: boolean | undefined;
  /** @default false */
  readonly forceCommonAnnotations?: boolean | undefined;
  /** Labels are left out of selectors. @default false */
  readonly labelWithoutSelector?: boolean | undefined;
  /** With `labelWithoutSelector`: labels go to pod templates, too. @default false */
  readonly labelIncludeTemplates?: boolean | undefined;
  readonly components?: readonly string[] | undefined;
  readonly patches?: readonly unknown[] | undefined;
  readonly [other: string]: unknown;
}

/**
 * The kustomization as `kustomize edit` leaves it.
 * @throws KustomizeError INVALID_KUSTOMIZATION
 */
export function applyOverrides(kustomization: Kustomization, overrides: KustomizeOverrides): Kustomization {
  return {
    ...kustomization,
    ...names(overrides),
    ...labels(kustomization, overrides),
    ...annotations(kustomization, overrides),
    images: images(kustomization.images ?? [], overrides.images ?? []),
    replicas: replicas(kustomization.replicas ?? [], overrides.replicas ?? []),
    components: [...(kustomization.components ?? []), ...(overrides.components ?? [])],
    patches: [...(kustomization.patches ?? []), ...(overrides.patches ?? []).map(readPatch)],
  };
}

function names({ namePrefix, nameSuffix, namespace }: KustomizeOverrides): Partial<Kustomization> {
  return {
    ...(given(namePrefix) ? { namePrefix } : {}),
    ...(given(nameSuffix) ? { nameSuffix } : {}),
    ...(given(namespace) ? { namespace } : {}),
  };
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function labels(kustomization: Kustomization, overrides: KustomizeOverrides): Partial<Kustomization> {
  const { commonLabels = {}, labelWithoutSelector = false, labelIncludeTemplates = false } = overrides;
  if (Object.keys(commonLabels).length === 0) return {};
  if (labelWithoutSelector) {
    const added = { pairs: commonLabels, includeTemplates: labelIncludeTemplates };
    return { labels: [...(kustomization.labels ?? []), added] };
  }
  const known = kustomization.commonLabels ?? {};
  if (overrides.forceCommonLabels !== true) refuseKnown('label', known, commonLabels);
  return { commonLabels: { ...known, ...commonLabels } };
}

function annotations(kustomization: Kustomization, overrides: KustomizeOverrides): Partial<Kustomization> {
  const { commonAnnotations = {} } = overrides;
  const known = kustomization.commonAnnotations ?? {};
  if (overrides.forceCommonAnnotations !== true) refuseKnown('annotation', known, commonAnnotations);
  return { commonAnnotations: { ...known, ...commonAnnotations } };
}

function refuseKnown(
  what: string,
  known: Readonly<Record<string, string>>,
  added: Readonly<Record<string, string>>,
): void {
  const twice = Object.keys(added).find((key) => Object.hasOwn(known, key));
  if (twice === undefined) return;
  throw new KustomizeError('INVALID_KUSTOMIZATION', `The ${what} ${twice} is already in the kustomization file`);
}

function images(known: readonly ImageArgs[], added: readonly string[]): readonly ImageArgs[] {
  if (added.length === 0) return known;
  const byName = new Map(known.map((image) => [image.name ?? '', image]));
  for (const text of added) {
    const image = parseImage(text);
    byName.set(image.name ?? '', keepAsterisks(image, byName.get(image.name ?? '') ?? {}));
  }
  return [...byName.values()];
}

/** @throws KustomizeError INVALID_KUSTOMIZATION */
export function parseImage(text: string): ImageArgs {
  const equals = text.indexOf('=');
  const target = text.slice(equals + 1);
  const { name, tag, digest } = parseTarget(target);
  if (equals < 0) {
    if (tag === '' && digest === '') {
      throw new KustomizeError(
        'INVALID_KUSTOMIZATION',
        `Not an image override: ${text}; write name=newName, name:tag or name@digest`,
      );
    }
    return { name, newTag: tag, digest };
  }
  return { name: text.slice(0, equals), newName: name, newTag: tag, digest };
}

function parseTarget(text: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const at = text.lastIndexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const match = /^(.*):([a-zA-Z0-9._-]*|\*)$/.exec(rest);
  return match === null ? { name: rest, tag: '', digest } : { name: match[1] ?? '', tag: match[2] ?? '', digest };
}

function keepAsterisks(image: ImageArgs, known: ImageArgs): ImageArgs {
  const keep = (field: 'newName' | 'newTag' | 'digest'): string =>
    (image[field] === '*' ? known[field] : image[field]) ?? '';
  return { ...image, newName: keep('newName'), newTag: keep('newTag'), digest: keep('digest') };
}

function replicas(
  known: NonNullable<Kustomization['replicas']>,
  added: NonNullable<KustomizeOverrides['replicas']>,
): NonNullable<Kustomization['replicas']> {
  const byName = new Map(known.map((replica) => [replica.name ?? '', replica]));
  for (const { name, count } of added) {
    const number = Number(count);
    if (!Number.isInteger(number) || number < 0) {
      throw new KustomizeError('INVALID_KUSTOMIZATION', `Not a number of replicas for ${name}: ${count}`);
    }
    byName.set(name, { name, count: number });
  }
  return [...byName.values()];
}

function readPatch(patch: unknown): PatchArgs {
  if (!isMap(patch as YamlValue)) throw new KustomizeError('INVALID_KUSTOMIZATION', 'A patch must be a map');
  return conform(patch as YamlValue, PATCH, 'patches') as PatchArgs;
}
