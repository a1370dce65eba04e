import { KustomizeError } from '../errors.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import type { Transformer } from '../transform/transformer.ts';
import { isMap, sameValue, withoutTexts } from '../yaml/value.ts';
import type { YamlMap } from '../yaml/value.ts';

/** Runs the transformers in order; objects that one leaves empty are dropped. */
export function runTransformers(resources: ResourceMap, transformers: readonly Transformer[]): void {
  for (const { run, origin } of transformers) {
    run(resources);
    if (origin !== undefined) for (const resource of resources.all) resource.addTransformation(origin);
    resources.changed();
    if (resources.all.some(({ isDeleted }) => isDeleted)) resources.filter(({ isDeleted }) => !isDeleted);
  }
}

/** @throws KustomizeError INVALID_KUSTOMIZATION when a validator changes anything but the label that names it */
export function runValidators(resources: ResourceMap, validators: readonly Transformer[]): void {
  for (const { run, kind } of validators) {
    const before = resources.all.map(({ node }) => withoutTexts(node));
    run(resources);
    const after = resources.all.map(({ node }) => withoutValidator(node));
    const isSame = before.length === after.length && before.every((node, i) => sameValue(node, after[i]));
    if (!isSame) {
      throw new KustomizeError('INVALID_KUSTOMIZATION', `The validator ${kind} shouldn't modify the resource map`);
    }
  }
}

const VALIDATED_BY = 'validated-by';

function withoutValidator(node: YamlMap): YamlMap {
  const { metadata } = node;
  const labels = isMap(metadata) ? metadata['labels'] : undefined;
  if (!isMap(metadata) || !isMap(labels) || !(VALIDATED_BY in labels)) return node;
  const { [VALIDATED_BY]: _label, ...others } = labels;
  const { labels: _labels, ...rest } = metadata;
  return { ...node, metadata: Object.keys(others).length === 0 ? rest : { ...rest, labels: others } };
}
