import type { Loader } from '../files/loader.ts';
import { mergeFieldSpecs } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { KustomizeError, inFile } from '../errors.ts';
import type { Kustomization, LabelArgs, PatchArgs } from '../model/kustomization.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { transformImages } from '../transform/images.ts';
import { transformPairs } from '../transform/metadata.ts';
import { transformNamespace } from '../transform/namespace.ts';
import { transformPrefix, transformSuffix } from '../transform/names.ts';
import {
  dropDeleted,
  parsePatch,
  strategicNodes,
  transformJsonPatch,
  transformNamed,
  transformPatch,
} from '../transform/patches.ts';
import type { PatchText } from '../transform/patches.ts';
import { asJsonPatch } from '../transform/json-patch.ts';
import { transformReplicas } from '../transform/replicas.ts';
import type { Accumulator } from './accumulator.ts';
import type { BuildContext } from './context.ts';

export interface TransformerInput {
  readonly kustomization: Kustomization;
  /** The kustomization's own path. */
  readonly file: string;
  readonly loader: Loader;
  readonly context: BuildContext;
}

/** Runs what the fields of a kustomization say, in upstream's order. */
export async function runTransformers({ resources, config }: Accumulator, input: TransformerInput): Promise<void> {
  const { kustomization, file } = input;
  await runStrategicPatches(resources, input);
  for (const patch of kustomization.patches ?? []) await runPatch(resources, patch, input);
  inFile(file, () => {
    transformNamespace(resources, { namespace: kustomization.namespace ?? '', fieldSpecs: config.namespace });
    transformPrefix(resources, { affix: kustomization.namePrefix ?? '', fieldSpecs: config.namePrefix });
    transformSuffix(resources, { affix: kustomization.nameSuffix ?? '', fieldSpecs: config.nameSuffix });
    for (const label of kustomization.labels ?? []) {
      transformPairs(resources, { pairs: label.pairs ?? {}, fieldSpecs: labelFields(label, config) });
    }
    transformPairs(resources, { pairs: kustomization.commonLabels ?? {}, fieldSpecs: config.commonLabels });
    transformPairs(resources, { pairs: kustomization.commonAnnotations ?? {}, fieldSpecs: config.commonAnnotations });
  });
  for (const patch of kustomization.patchesJson6902 ?? []) await runJsonPatch(resources, patch, input);
  inFile(file, () => {
    for (const replica of kustomization.replicas ?? []) transformReplicas(resources, replica, config.replicas);
    for (const image of kustomization.images ?? []) transformImages(resources, image, config.images);
  });
}

const METADATA_LABELS = [{ path: 'metadata/labels', create: true }];

export function labelFields(label: LabelArgs, config: TransformerConfig): TransformerConfig['commonLabels'] {
  const own = label.fields ?? [];
  if (label.includeSelectors === true) return mergeFieldSpecs(own, config.commonLabels);
  const templates = label.includeTemplates === true ? mergeFieldSpecs(own, config.templateLabels) : own;
  return mergeFieldSpecs(templates, METADATA_LABELS);
}

async function runStrategicPatches(
  resources: ResourceMap,
  { kustomization, loader, context, file }: TransformerInput,
): Promise<void> {
  const texts: PatchText[] = [];
  for (const entry of kustomization.patchesStrategicMerge ?? []) {
    // A patch in place is told from a path by being a document.
    if (entry.includes('\n')) texts.push(parsePatch(entry, file));
    else {
      const loaded = await loader.load(entry);
      texts.push({ documents: context.cache.documents(loaded), source: loaded.file });
    }
  }
  for (const text of texts) transformNamed(resources, { nodes: strategicNodes(text), source: text.source }, context);
  dropDeleted(resources);
}

async function loadPatch(
  { path = '', patch = '' }: PatchArgs,
  { loader, context, file }: TransformerInput,
): Promise<PatchText> {
  if ((path === '') === (patch === '')) {
    const what = path === '' ? 'Must specify one of patch and path' : "Patch and path can't be set at the same time";
    throw new KustomizeError('INVALID_PATCH', what, { file });
  }
  if (path === '') return parsePatch(patch, file);
  const loaded = await loader.load(path);
  return { documents: context.cache.documents(loaded), source: loaded.file };
}

async function runPatch(resources: ResourceMap, patch: PatchArgs, input: TransformerInput): Promise<void> {
  transformPatch(resources, { ...(await loadPatch(patch, input)), ...targetOf(patch) }, input.context);
}

function targetOf({ target, options }: PatchArgs): Pick<PatchArgs, 'target' | 'options'> {
  return { ...(target === undefined ? {} : { target }), ...(options === undefined ? {} : { options }) };
}

async function runJsonPatch(resources: ResourceMap, patch: PatchArgs, input: TransformerInput): Promise<void> {
  const text = await loadPatch(patch, input);
  const operations = asJsonPatch(text.documents[0]);
  if (operations === undefined) {
    throw new KustomizeError('INVALID_PATCH', 'A JSON6902 patch is a list of operations', { file: text.source });
  }
  transformJsonPatch(resources, { operations, source: text.source, ...targetOf(patch) });
}
