import { mergeFieldSpecs } from '../config/field-spec.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import type { TransformerConfig } from '../config/transformer-config.ts';
import { inFile } from '../errors.ts';
import { configuredBy } from '../model/origin.ts';
import type { Kustomization, LabelArgs } from '../model/kustomization.ts';
import type { Transformer } from '../transform/transformer.ts';
import { configureJsonPatch, configurePatch, configureStrategicPatches } from './configure-patches.ts';
import { configureReplacements } from './configure-replacements.ts';
import type { Configuring } from './context.ts';
import {
  annotationsTransformer,
  imageTransformer,
  labelTransformer,
  namespaceTransformer,
  prefixTransformer,
  replicaTransformer,
  suffixTransformer,
} from './transformer-factories.ts';

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
  return found.map(({ kind, run }) => ({
    kind,
    origin: configuredBy(input.origin, { apiVersion: 'builtin', kind }),
    run: (resources) => inFile(input.file, () => run(resources)),
  }));
}

function metadataTransformers(kustomization: Kustomization, config: TransformerConfig): Transformer[] {
  const { namespace = '', namePrefix = '', nameSuffix = '' } = kustomization;
  const found: Transformer[] = [];
  if (namespace !== '') found.push(namespaceTransformer({ namespace, fieldSpecs: config.namespace }));
  if (namePrefix !== '') found.push(prefixTransformer({ affix: namePrefix, fieldSpecs: config.namePrefix }));
  if (nameSuffix !== '') found.push(suffixTransformer({ affix: nameSuffix, fieldSpecs: config.nameSuffix }));
  return [...found, ...pairTransformers(kustomization, config)];
}

function pairTransformers(kustomization: Kustomization, config: TransformerConfig): Transformer[] {
  const { labels = [], commonLabels = {}, commonAnnotations = {} } = kustomization;
  const found = labels.map((label) =>
    labelTransformer({ pairs: label.pairs ?? {}, fieldSpecs: labelFields(label, config) }),
  );
  if (labels.length > 0 || Object.keys(commonLabels).length > 0) {
    found.push(labelTransformer({ pairs: commonLabels, fieldSpecs: config.commonLabels }));
  }
  if (Object.keys(commonAnnotations).length > 0) {
    found.push(annotationsTransformer({ pairs: commonAnnotations, fieldSpecs: config.commonAnnotations }));
  }
  return found;
}

function workloadTransformers({ replicas = [], images = [] }: Kustomization, config: TransformerConfig): Transformer[] {
  return [
    ...replicas.map((replica) => replicaTransformer(replica, config.replicas)),
    ...images.map((image) => imageTransformer(image, config.images)),
  ];
}

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
  return mergeFieldSpecs(mergeFieldSpecs(own, wanted), config.labels);
}
