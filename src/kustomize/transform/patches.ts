import { KustomizeError, inFile } from '../errors.ts';
import { describeId } from '../model/identity.ts';
import type { PatchArgs } from '../model/kustomization.ts';
import { Resource } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';
import { compileSelector } from '../model/selector.ts';
import { nodesOf } from '../yaml/nodes.ts';
import { parseDocuments } from '../yaml/parse.ts';
import type { ParseOptions } from '../yaml/parse.ts';
import { isMap, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { applyJsonOperations, asJsonPatch, parseJsonPatch } from './json-patch.ts';
import type { JsonOperation } from './json-patch.ts';
import { applyStrategicPatch } from './patch-strategic.ts';
import type { SchemaOf } from './patch-strategic.ts';

/** A patch as it was written, and where. */
export interface PatchText {
  /** The documents of the patch; shared, so never changed. */
  readonly documents: readonly YamlValue[];
  /** The operations, when it is a JSON6902 patch. */
  readonly operations: readonly JsonOperation[] | undefined;
  /** File, or what stands for one in messages. */
  readonly source: string;
}

export interface PatchContext {
  readonly schemaOf: SchemaOf;
}

/**
 * One entry of `patches`, ready to run: strategic merge or JSON6902, told apart by its shape.
 * @throws KustomizeError INVALID_PATCH
 */
export function planPatch(
  patch: PatchText & Pick<PatchArgs, 'target' | 'options'>,
  context: PatchContext,
): (resources: ResourceMap) => void {
  const { operations } = patch;
  if (operations !== undefined) {
    if (patch.target === undefined) throw missingTarget(patch.source);
    if (operations.length === 0) throw emptyPatch(patch.source);
    return (resources) => transformJsonPatch(resources, { ...patch, operations, keepsId: true });
  }
  const nodes = strategicNodes(patch);
  if (nodes.length === 0) throw emptyPatch(patch.source);
  if (patch.target === undefined) return (resources) => transformNamed(resources, { ...patch, nodes }, context);
  if (nodes.length > 1) {
    throw new KustomizeError(
      'INVALID_PATCH',
      'Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field',
      { file: patch.source },
    );
  }
  return (resources) => transformSelected(resources, { ...patch, nodes }, context);
}

function emptyPatch(source: string): KustomizeError {
  return new KustomizeError('INVALID_PATCH', 'Patch appears to be empty', { file: source });
}

function missingTarget(source: string): KustomizeError {
  return new KustomizeError('INVALID_PATCH', 'Must specify a target for JSON patch: add `target`', { file: source });
}

/** @throws KustomizeError INVALID_PATCH when the text is neither kind of patch */
export function strategicNodes({ documents, source }: PatchText): YamlMap[] {
  try {
    return nodesOf(documents);
  } catch (cause) {
    if (!(cause instanceof KustomizeError)) throw cause;
    throw new KustomizeError('INVALID_PATCH', `Unable to parse SM or JSON patch: ${cause.reason}`, {
      file: source,
      cause,
    });
  }
}

interface StrategicPatches extends Pick<PatchArgs, 'target' | 'options'> {
  readonly nodes: readonly YamlMap[];
  readonly source: string;
}

function allowances(options: PatchArgs['options']): { allowsNameChange: boolean; allowsKindChange: boolean } {
  return {
    allowsNameChange: options?.['allowNameChange'] === true,
    allowsKindChange: options?.['allowKindChange'] === true,
  };
}

function transformSelected(resources: ResourceMap, patch: StrategicPatches, { schemaOf }: PatchContext): void {
  const [node] = patch.nodes;
  if (node === undefined) return;
  const allowed = allowances(patch.options);
  const matches = compileSelector(patch.target ?? {});
  const body = withTextPairs(node);
  for (const resource of resources.all.filter(matches)) {
    const own = { ...body, apiVersion: resource.node['apiVersion'] ?? '' };
    inFile(patch.source, () => applyStrategicPatch(resource, { node: own, ...allowed }, schemaOf));
  }
  resources.changed();
}

/**
 * Upstream writes a patch with a target, and those of `patchesStrategicMerge`, anew for every object that they change,
 * and in doing so makes all values of their labels and annotations texts: dates and numbers as they were written, and
 * `null`, too, which removes nothing.
 */
export function withTextPairs(node: YamlMap): YamlMap {
  const { metadata } = node;
  if (!isMap(metadata)) return node;
  const { labels, annotations, ...rest } = metadata;
  return { ...node, metadata: { ...rest, ...textPairs('labels', labels), ...textPairs('annotations', annotations) } };
}

function textPairs(field: string, value: YamlValue | undefined): YamlMap {
  if (!isMap(value)) return {};
  const pairs: YamlMap = {};
  for (const key in value) pairs[key] = textOf(value[key]);
  return Object.keys(pairs).length === 0 ? {} : { [field]: pairs };
}

/** Each patch names its target itself. */
export function transformNamed(resources: ResourceMap, patch: StrategicPatches, { schemaOf }: PatchContext): void {
  const allowed = allowances(patch.options);
  for (const node of patch.nodes) {
    const { id } = new Resource(node);
    const targets = resources.byAnyId(id);
    const [target] = targets;
    if (target === undefined || targets.length > 1) {
      throw new KustomizeError(
        'NO_SINGLE_TARGET',
        `${target === undefined ? 'No matches' : 'Multiple matches'} for Id ${describeId(id)}; failed to find unique target for patch`,
        { file: patch.source },
      );
    }
    inFile(patch.source, () => applyStrategicPatch(target, { node, ...allowed }, schemaOf));
    resources.changed();
  }
}

export interface JsonPatch extends Pick<PatchArgs, 'target'> {
  readonly operations: readonly JsonOperation[];
  readonly source: string;
  /** The object can be found by its id before the patch. */
  readonly keepsId: boolean;
}

export function transformJsonPatch(resources: ResourceMap, { operations, target, source, keepsId }: JsonPatch): void {
  if (target === undefined) throw missingTarget(source);
  const matches = compileSelector(target);
  for (const resource of resources.all.filter(matches)) {
    if (keepsId) resource.storeId();
    inFile(source, () => (resource.node = applyJsonOperations(resource.node, operations)));
    resource.tidyAnnotations();
    if (operations.some(replacesAnnotations)) resource.forgetOrigin();
  }
  resources.changed();
}

/** Upstream keeps origins in annotations, so what replaces all of them replaces the origin, too. */
function replacesAnnotations({ op, path }: JsonOperation): boolean {
  return op !== 'test' && ['', '/metadata', '/metadata/annotations'].includes(path);
}

/** @throws KustomizeError INVALID_YAML, INVALID_PATCH, with the source named */
export function parsePatch(text: string, source: string): PatchText {
  const json = text.startsWith('[') ? text : undefined;
  const parse: PatchParser = (options) => inFile(source, () => parseDocuments(text, options));
  return readPatch(parse, { json, source });
}

type PatchParser = (options?: Pick<ParseOptions, 'isLegacy'>) => readonly YamlValue[];

/**
 * JSON6902 patches that start with `[` are JSON (given as `json`), all others are read by YAML 1.1; strategic merge
 * patches by YAML 1.2.
 * @throws KustomizeError INVALID_YAML, INVALID_PATCH
 */
export function readPatch(
  parse: PatchParser,
  { json, source }: { readonly json: string | undefined; readonly source: string },
): PatchText {
  if (json !== undefined) return { documents: [], operations: inFile(source, () => parseJsonPatch(json)), source };
  const documents = parse();
  const [first] = documents;
  if (documents.length !== 1 || !Array.isArray(first)) return { documents, operations: undefined, source };
  return { documents, operations: asJsonPatch(parse({ isLegacy: true })[0]), source };
}
