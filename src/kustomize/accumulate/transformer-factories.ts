import type { FieldSpec } from '../config/field-spec.ts';
import type { ImageArgs, ReplicaArgs, SortOptions } from '../model/kustomization.ts';
import { sortResources } from '../order/legacy.ts';
import { transformImages } from '../transform/images.ts';
import { transformPairs } from '../transform/metadata.ts';
import type { PairsOptions } from '../transform/metadata.ts';
import { transformPrefix, transformSuffix } from '../transform/names.ts';
import type { AffixOptions } from '../transform/names.ts';
import { transformNamespace } from '../transform/namespace.ts';
import type { NamespaceOptions } from '../transform/namespace.ts';
import { transformReplicas } from '../transform/replicas.ts';
import type { Transformer } from '../transform/transformer.ts';

export function namespaceTransformer(options: NamespaceOptions): Transformer {
  return { kind: 'NamespaceTransformer', run: (resources) => transformNamespace(resources, options) };
}

export function prefixTransformer(options: AffixOptions): Transformer {
  return { kind: 'PrefixTransformer', run: (resources) => transformPrefix(resources, options) };
}

export function suffixTransformer(options: AffixOptions): Transformer {
  return { kind: 'SuffixTransformer', run: (resources) => transformSuffix(resources, options) };
}

export function labelTransformer(options: PairsOptions): Transformer {
  return { kind: 'LabelTransformer', run: (resources) => transformPairs(resources, options) };
}

export function annotationsTransformer(options: PairsOptions): Transformer {
  return { kind: 'AnnotationsTransformer', run: (resources) => transformPairs(resources, options) };
}

export function imageTransformer(image: ImageArgs, fieldSpecs: readonly FieldSpec[]): Transformer {
  return { kind: 'ImageTagTransformer', run: (resources) => transformImages(resources, image, fieldSpecs) };
}

export function replicaTransformer(replica: ReplicaArgs, fieldSpecs: readonly FieldSpec[]): Transformer {
  return { kind: 'ReplicaCountTransformer', run: (resources) => transformReplicas(resources, replica, fieldSpecs) };
}

export function sortTransformer(options: SortOptions | undefined): Transformer {
  return { kind: 'SortOrderTransformer', run: (resources) => sortResources(resources, options) };
}
