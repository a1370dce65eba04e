import { KustomizeError, inFile } from '../errors.ts';
import { conform } from '../kustomization/shape.ts';
import { REPLACEMENT } from '../kustomization/shapes.ts';
import type { ReplacementArgs } from '../model/kustomization.ts';
import { transformReplacements } from '../transform/replacements.ts';
import type { Transformer } from '../transform/transformer.ts';
import { isNull } from '../yaml/value.ts';
import type { Configuring } from './context.ts';

/** `replacements`: in place, or in files that hold one or a list. @throws KustomizeError NOT_FOUND */
export async function configureReplacements(
  entries: readonly ReplacementArgs[],
  input: Configuring,
): Promise<Transformer> {
  const replacements: ReplacementArgs[] = [];
  for (const entry of entries) {
    const { path = '' } = entry;
    if (path === '') replacements.push(entry);
    else if (entry.source !== undefined || entry.targets !== undefined) {
      throw new KustomizeError('INVALID_REPLACEMENT', 'Cannot specify both path and inline replacement', {
        file: input.file,
      });
    } else replacements.push(...(await loadReplacements(path, input)));
  }
  return { kind: 'ReplacementTransformer', run: (resources) => transformReplacements(resources, replacements) };
}

async function loadReplacements(path: string, { loader, context }: Configuring): Promise<ReplacementArgs[]> {
  const loaded = await loader.load(path);
  const [document] = context.cache.documents(loaded);
  if (document === undefined || isNull(document)) return [];
  const list = Array.isArray(document) ? document : [document];
  return inFile(loaded.file, () => list.map((item) => conform(item, REPLACEMENT) as ReplacementArgs));
}
