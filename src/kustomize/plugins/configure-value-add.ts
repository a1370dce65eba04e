import type { Configuring } from '../accumulate/context.ts';
import { KustomizeError } from '../errors.ts';
import { conform } from '../kustomization/shape.ts';
import { VALUE_TARGETS } from '../kustomization/shapes.ts';
import { transformValues } from '../transform/value-add.ts';
import type { ValueTarget } from '../transform/value-add.ts';
import type { Transformer } from '../transform/transformer.ts';
import { isMap } from '../yaml/value.ts';

export interface ValueAddArgs {
  readonly value?: string;
  readonly targets?: readonly ValueTarget[];
  readonly targetFilePath?: string;
}

/** Puts one value into fields of objects, or into the paths they hold. @throws KustomizeError INVALID_KUSTOMIZATION */
export async function configureValueAdd(args: ValueAddArgs, input: Configuring): Promise<Transformer> {
  const value = valueOf(args, input);
  const targets = [...(args.targets ?? []), ...(await targetsOfFile(args.targetFilePath ?? '', input))];
  if (targets.length === 0) throw invalid('Must specify at least one target', input);
  for (const { fieldPath = '', filePathPosition = 0 } of targets) {
    if (fieldPath === '') throw invalid('fieldPath cannot be empty', input);
    if (filePathPosition < 0) throw invalid(`filePathPosition cannot be negative: ${filePathPosition}`, input);
  }
  return { kind: 'ValueAddTransformer', run: (resources) => transformValues(resources, value, targets) };
}

/** The name of the kustomization's folder where no value is given. */
function valueOf({ value = '' }: ValueAddArgs, input: Configuring): string {
  const given = value.trim();
  if (given !== '') return given;
  const folder = input.loader.root.split('/').at(-1) ?? '';
  if (folder === '') throw invalid('Must specify a value: the kustomization is in no folder', input);
  return folder;
}

async function targetsOfFile(path: string, { loader, context }: Configuring): Promise<readonly ValueTarget[]> {
  if (path === '') return [];
  const [document] = context.cache.documents(await loader.load(path));
  const targets = isMap(document) ? document['targets'] : undefined;
  return targets === undefined ? [] : (conform(targets, VALUE_TARGETS, 'targets') as readonly ValueTarget[]);
}

function invalid(reason: string, { file }: Configuring): KustomizeError {
  return new KustomizeError('INVALID_KUSTOMIZATION', reason, { file });
}
