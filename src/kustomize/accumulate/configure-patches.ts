import { KustomizeError } from '../errors.ts';
import type { PatchArgs } from '../model/kustomization.ts';
import {
  parsePatch,
  planPatch,
  readPatch,
  strategicNodes,
  transformJsonPatch,
  transformNamed,
  withTextPairs,
} from '../transform/patches.ts';
import type { PatchText } from '../transform/patches.ts';
import type { Transformer } from '../transform/transformer.ts';
import type { Configuring } from './context.ts';

const OPENING_BRACKET = 0x5b;

/** One entry of `patches`. @throws KustomizeError NOT_FOUND, INVALID_PATCH */
export async function configurePatch(patch: PatchArgs, input: Configuring): Promise<Transformer> {
  // Of those in place the white space around is no part; `patchesJson6902` takes them as they are.
  const trimmed = patch.patch === undefined ? patch : { ...patch, patch: patch.patch.trim() };
  const text = await loadPatch(trimmed, input);
  const plan = planPatch({ ...text, ...targetOf(patch) }, { schemaOf: input.context.schema.find });
  return { kind: 'PatchTransformer', run: plan };
}

async function loadPatch({ path = '', patch = '' }: PatchArgs, input: Configuring): Promise<PatchText> {
  if (path === '' && patch.trim() === '') {
    throw new KustomizeError('INVALID_PATCH', 'Must specify one of patch and path', { file: input.file });
  }
  if (path !== '' && patch !== '') {
    throw new KustomizeError('INVALID_PATCH', "Patch and path can't be set at the same time", { file: input.file });
  }
  return path === '' ? parsePatch(patch, input.file) : loadPatchFile(path, input);
}

async function loadPatchFile(path: string, { loader, context }: Configuring): Promise<PatchText> {
  const loaded = await loader.load(path);
  const json = loaded.bytes[0] === OPENING_BRACKET ? loaded.bytes.toString() : undefined;
  return readPatch((options) => context.cache.documents(loaded, options), { json, source: loaded.file });
}

function targetOf({ target, options }: PatchArgs): Pick<PatchArgs, 'target' | 'options'> {
  return { ...(target === undefined ? {} : { target }), ...(options === undefined ? {} : { options }) };
}

/** `patchesStrategicMerge`: files, or patches in place. @throws KustomizeError NOT_FOUND, INVALID_PATCH */
export async function configureStrategicPatches(
  { paths = [], patches = '' }: { readonly paths?: readonly string[]; readonly patches?: string },
  input: Configuring,
): Promise<Transformer> {
  const texts: PatchText[] = [];
  for (const entry of paths)
    texts.push(isDocument(entry) ? parsePatch(entry, input.file) : await loadPatchFile(entry, input));
  if (patches !== '') texts.push(parsePatch(patches, input.file));
  const plans = texts.map((text) => ({ nodes: strategicNodes(text).map(withTextPairs), source: text.source }));
  if (plans.every(({ nodes }) => nodes.length === 0)) {
    throw new KustomizeError('INVALID_PATCH', `Patch appears to be empty; files=[${paths.join(' ')}]`, {
      file: input.file,
    });
  }
  return {
    kind: 'PatchStrategicMergeTransformer',
    run(resources) {
      for (const plan of plans) transformNamed(resources, plan, { schemaOf: input.context.schema.find });
    },
  };
}

/** A patch in place is told from a path by being a document. */
function isDocument(entry: string): boolean {
  return entry.includes('\n') || entry.trimStart().startsWith('{');
}

/** `patchesJson6902`. @throws KustomizeError NOT_FOUND, INVALID_PATCH */
export async function configureJsonPatch(patch: PatchArgs, input: Configuring): Promise<Transformer> {
  if (patch.target?.name === undefined || patch.target.name === '') {
    throw new KustomizeError('INVALID_PATCH', 'Must specify the target name', { file: input.file });
  }
  const text = await loadPatch(patch, input);
  const { operations } = text;
  if (operations === undefined || operations.length === 0) {
    throw new KustomizeError('INVALID_PATCH', 'A JSON6902 patch is a list of operations', { file: text.source });
  }
  const { target } = patch;
  return {
    kind: 'PatchJson6902Transformer',
    run: (resources) => transformJsonPatch(resources, { operations, source: text.source, target, keepsId: false }),
  };
}
