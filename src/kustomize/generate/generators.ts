import { isUtf8 } from 'node:buffer';
import { KustomizeError } from '../errors.ts';
import type { Loader } from '../files/loader.ts';
import type { GeneratorArgs, GeneratorOptions } from '../model/kustomization.ts';
import { Resource } from '../model/resource.ts';
import type { Behavior } from '../model/resource.ts';
import type { YamlMap } from '../yaml/value.ts';
import { loadKeyValues } from './key-values.ts';
import type { KeyValue } from './key-values.ts';

/** What `generatorOptions` says, with what the generator itself says on top. */
export function withGlobalOptions(args: GeneratorArgs, global: GeneratorOptions | undefined): GeneratorArgs {
  if (global === undefined) return args;
  const own = args.options ?? {};
  return {
    ...args,
    options: {
      labels: { ...global.labels, ...own.labels },
      annotations: { ...global.annotations, ...own.annotations },
      disableNameSuffixHash: global.disableNameSuffixHash === true || own.disableNameSuffixHash === true,
      immutable: global.immutable === true || own.immutable === true,
    },
  };
}

/** @throws KustomizeError INVALID_GENERATOR */
export async function generateConfigMap(args: GeneratorArgs, loader: Loader): Promise<Resource> {
  const node = makeNode('ConfigMap', args);
  addData(node, await loadPairs(args, loader), configMapEntry);
  return makeResource(node, args);
}

/** @throws KustomizeError INVALID_GENERATOR */
export async function generateSecret(args: GeneratorArgs, loader: Loader): Promise<Resource> {
  const node = makeNode('Secret', args);
  node['type'] = args.type === undefined || args.type === '' ? 'Opaque' : args.type;
  node['data'] = {};
  addData(node, await loadPairs(args, loader), ({ value }) => ['data', encodeBase64(value)]);
  return makeResource(node, args);
}

async function loadPairs(args: GeneratorArgs, loader: Loader): Promise<KeyValue[]> {
  const pairs = await loadKeyValues(args, loader);
  const seen = new Set<string>();
  for (const { key } of pairs) {
    if (seen.has(key)) {
      throw new KustomizeError(
        'INVALID_GENERATOR',
        `Cannot add key "${key}" to ${args.name ?? ''}: another key by that name already exists`,
      );
    }
    seen.add(key);
  }
  return pairs;
}

function makeNode(kind: string, args: GeneratorArgs): YamlMap {
  const { name = '', namespace = '', options = {} } = args;
  if (name === '') throw new KustomizeError('INVALID_GENERATOR', `A generator of a ${kind} must have a name`);
  const metadata: YamlMap = { name };
  if (namespace !== '') metadata['namespace'] = namespace;
  for (const field of ['labels', 'annotations'] as const) {
    const pairs = options[field] ?? {};
    if (Object.keys(pairs).length > 0) metadata[field] = { ...pairs };
  }
  const node: YamlMap = { apiVersion: 'v1', kind, metadata };
  if (options.immutable === true) node['immutable'] = true;
  return node;
}

type Entry = readonly [field: 'data' | 'binaryData', value: string];

function addData(node: YamlMap, pairs: readonly KeyValue[], entry: (pair: KeyValue) => Entry): void {
  for (const pair of pairs) {
    const [field, value] = entry(pair);
    const map = (node[field] ??= {}) as YamlMap;
    map[pair.key] = value;
  }
}

function configMapEntry({ value }: KeyValue): Entry {
  return isUtf8(value) ? ['data', value.toString()] : ['binaryData', encodeBase64(value)];
}

const BASE64_LINE = 70;

/** Base64 in lines, each of them ended, once it is longer than one. */
export function encodeBase64(bytes: Buffer): string {
  const text = bytes.toString('base64');
  if (text.length < BASE64_LINE) return text;
  return text.replace(/.{1,70}/g, (line) => `${line}\n`);
}

const BEHAVIORS: ReadonlySet<string> = new Set<Behavior>(['create', 'replace', 'merge']);

function makeResource(node: YamlMap, args: GeneratorArgs): Resource {
  const resource = new Resource(node);
  resource.needsHash = args.options?.disableNameSuffixHash !== true;
  if (args.behavior !== undefined && BEHAVIORS.has(args.behavior)) resource.behavior = args.behavior as Behavior;
  return resource;
}
