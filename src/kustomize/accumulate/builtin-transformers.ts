import { mergeFieldSpecs } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { inFile } from '../errors.ts';
import type { Kustomization, LabelArgs } from '../model/kustomization.ts';
import { transformImages } from '../transform/images.ts';
import { transformPairs } from '../transform/metadata.ts';
import { transformPrefix, transformSuffix } from '../transform/names.ts';
import { transformNamespace } from '../transform/namespace.ts';
import { transformReplicas } from '../transform/replicas.ts';
import type { Transformer } from '../transform/transformer.ts';
import { configureJsonPatch, configurePatch, configureStrategicPatches } from './configure-patches.ts';
import { configureReplacements } from './configure-replacements.ts';
import type { Configuring } from './context.ts';

/** What the fields of a kustomization say, in upstream's order. */
export async function builtinTransformers(
  kustomization: Kustomization,
  config: TransformerConfig,
  input: Configuring,
): Promise<Transformer[]> {
  const { patches = [], patchesStrategicMerge = [], patchesJson6902 = [], replacements = [] } = kustomization;
  const found: Transformer[] = [];
  if (patchesStrategicMerge.length > 0) {
    found.push(await configureStrategicPatches({ paths: patchesStrategicMerge }, input));
  }
  for (const patch of patches) found.push(await configurePatch(patch, input));
  found.push(...metadataTransformers(kustomization, config));
  for (const patch of patchesJson6902) found.push(await configureJsonPatch(patch, input));
  found.push(...workloadTransformers(kustomization, config));
  if (replacements.length > 0) found.push(await configureReplacements(replacements, input));
  return found.map((transformer) => ({
    ...transformer,
    run: (resources) => inFile(input.file, () => transformer.run(resources)),
  }));
}

function metadataTransformers(kustomization: Kustomization, config: TransformerConfig): Transformer[] {
  const { namespace = '', namePrefix = '', nameSuffix = '' } = kustomization;
  const found: Transformer[] = [];
  if (namespace !== '') {
    const options = { namespace, fieldSpecs: config.namespace };
    found.push({ kind: 'NamespaceTransformer', run: (resources) => transformNamespace(resources, options) });
  }
  if (namePrefix !== '') {
    const options = { affix: namePrefix, fieldSpecs: config.namePrefix };
    found.push({ kind: 'PrefixTransformer', run: (resources) => transformPrefix(resources, options) });
  }
  if (nameSuffix !== '') {
    const options = { affix: nameSuffix, fieldSpecs: config.nameSuffix };
    found.push({ kind: 'SuffixTransformer', run: (resources) => transformSuffix(resources, options) });
  }
  return [...found, ...pairTransformers(kustomization, config)];
}

function pairTransformers(kustomization: Kustomization, config: TransformerConfig): Transformer[] {
  const { labels = [], commonLabels = {}, commonAnnotations = {} } = kustomization;
  const found = labels.map((label) => labelTransformer(label.pairs ?? {}, labelFields(label, config)));
  if (labels.length > 0 || Object.keys(commonLabels).length > 0) {
    found.push(labelTransformer(commonLabels, config.commonLabels));
  }
  if (Object.keys(commonAnnotations).length > 0) {
    const options = { pairs: commonAnnotations, fieldSpecs: config.commonAnnotations };
    found.push({ kind: 'AnnotationsTransformer', run: (resources) => transformPairs(resources, options) });
  }
  return found;
}

function labelTransformer(pairs: Readonly<Record<string, string>>, fieldSpecs: readonly FieldSpec[]): Transformer {
  return { kind: 'LabelTransformer', run: (resources) => transformPairs(resources, { pairs, fieldSpecs }) };
}

function workloadTransformers({ replicas = [], images = [] }: Kustomization, config: TransformerConfig): Transformer[] {
  return [
    ...replicas.map((replica): Transformer => ({
      kind: 'ReplicaCountTransformer',
      run: (resources) => transformReplicas(resources, replica, config.replicas),
    })),
    ...images.map((image): Transformer => ({
      kind: 'ImageTagTransformer',
      run: (resources) => transformImages(resources, image, config.images),
    })),
  ];
}

const METADATA_LABELS: readonly FieldSpec[] = [{ path: 'metadata/labels', create: true }];

/**
 * Where an entry of `labels` goes. Up to upstream 5.6 templates include claim templates; naming
 * `includeVolumeClaimTemplates`, which came later, asks for the later rule.
 */
function labelFields(label: LabelArgs, config: TransformerConfig): readonly FieldSpec[] {
  const own = label.fields ?? [];
  if (label.includeSelectors === true) return mergeFieldSpecs(own, config.commonLabels);
  const { includeTemplates = false, includeVolumeClaimTemplates } = label;
  const wantsClaims = includeVolumeClaimTemplates ?? includeTemplates;
  const isClaim = ({ path }: FieldSpec): boolean => path.startsWith('spec/volumeClaimTemplates');
  const wanted = config.templateLabels.filter((spec) => (isClaim(spec) ? wantsClaims : includeTemplates));
  return mergeFieldSpecs(mergeFieldSpecs(own, wanted), METADATA_LABELS);
}
