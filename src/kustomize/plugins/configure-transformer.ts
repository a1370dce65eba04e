import { configureJsonPatch, configurePatch, configureStrategicPatches } from '../accumulate/configure-patches.ts';
import { configureReplacements } from '../accumulate/configure-replacements.ts';
import type { Configuring } from '../accumulate/context.ts';
import {
  annotationsTransformer,
  imageTransformer,
  labelTransformer,
  namespaceTransformer,
  prefixTransformer,
  replicaTransformer,
  sortTransformer,
  suffixTransformer,
} from '../accumulate/transformer-factories.ts';
import type { FieldSpec } from '../config/field-spec.ts';
import { KustomizeError, inFile } from '../errors.ts';
import { transformHashes } from '../generate/hash.ts';
import type {
  ImageArgs,
  PatchArgs,
  ReplacementArgs,
  ReplicaArgs,
  Selector,
  SortOptions,
} from '../model/kustomization.ts';
import { SUBJECT_MODES } from '../transform/namespace.ts';
import type { SubjectMode } from '../transform/namespace.ts';
import type { Transformer } from '../transform/transformer.ts';
import { configureValueAdd } from './configure-value-add.ts';
import type { ValueAddArgs } from './configure-value-add.ts';
import type { PluginConfig } from './plugin.ts';

/** What any of the transformers' files may say. */
interface TransformerArgs extends ValueAddArgs {
  readonly fieldSpecs?: readonly FieldSpec[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly imageTag?: ImageArgs;
  readonly replica?: ReplicaArgs;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly unsetOnly?: boolean;
  readonly setRoleBindingSubjects?: string;
  readonly path?: string;
  readonly paths?: readonly string[];
  readonly patch?: string;
  readonly patches?: string;
  readonly jsonOp?: string;
  readonly target?: Selector;
  readonly options?: Readonly<Record<string, boolean>>;
  readonly replacements?: readonly ReplacementArgs[];
  readonly sortOptions?: SortOptions;
}

type Configure = (
  args: TransformerArgs,
  input: PluginInput,
) => readonly Transformer[] | Promise<readonly Transformer[]>;

interface PluginInput extends Configuring {
  readonly config: PluginConfig;
}

/** The transformer that a file describes; two for the plugin that adds prefixes and suffixes. @throws KustomizeError */
export async function configureTransformerPlugin(
  config: PluginConfig,
  input: Configuring,
): Promise<readonly Transformer[]> {
  const configure = TRANSFORMERS[config.plugin];
  if (configure === undefined) {
    throw new KustomizeError('INVALID_KUSTOMIZATION', `The plugin ${config.plugin} is not a transformer`);
  }
  const transformers = await configure(config.fields as TransformerArgs, { ...input, file: config.file, config });
  return transformers.map(({ kind, run }) => ({
    kind,
    origin: config.origin,
    run: (resources) => inFile(config.file, () => run(resources)),
  }));
}

const TRANSFORMERS: Readonly<Partial<Record<PluginConfig['plugin'], Configure>>> = {
  AnnotationsTransformer: ({ annotations: pairs = {}, fieldSpecs = [] }) => [
    annotationsTransformer({ pairs, fieldSpecs }),
  ],
  HashTransformer: () => [{ kind: 'HashTransformer', run: transformHashes }],
  ImageTagTransformer: ({ imageTag = {}, fieldSpecs = [] }) => [imageTransformer(imageTag, fieldSpecs)],
  LabelTransformer: ({ labels: pairs = {}, fieldSpecs = [] }) => [labelTransformer({ pairs, fieldSpecs })],
  NamespaceTransformer: configureNamespace,
  PatchJson6902Transformer: async (args, input) => [await configureJsonPatch(jsonPatchArgs(args), input)],
  PatchStrategicMergeTransformer: async (args, input) => [await configureStrategicPatches(args, input)],
  PatchTransformer: async (args, input) => [await configurePatch(args, input)],
  PrefixSuffixTransformer: ({ prefix = '', suffix = '', fieldSpecs = [] }) => [
    prefixTransformer({ affix: prefix, fieldSpecs }),
    suffixTransformer({ affix: suffix, fieldSpecs }),
  ],
  PrefixTransformer: ({ prefix = '', fieldSpecs = [] }) => [prefixTransformer({ affix: prefix, fieldSpecs })],
  ReplacementTransformer: async ({ replacements = [] }, input) => [await configureReplacements(replacements, input)],
  ReplicaCountTransformer: ({ replica = {}, fieldSpecs = [] }) => [replicaTransformer(replica, fieldSpecs)],
  SortOrderTransformer: ({ sortOptions }) => [sortTransformer(sortOptions)],
  SuffixTransformer: ({ suffix = '', fieldSpecs = [] }) => [suffixTransformer({ affix: suffix, fieldSpecs })],
  ValueAddTransformer: async (args, input) => [await configureValueAdd(args, input)],
};

function configureNamespace(args: TransformerArgs, { config }: PluginInput): readonly Transformer[] {
  const { fieldSpecs = [], unsetOnly = false, setRoleBindingSubjects = '' } = args;
  const { namespace } = config;
  if (setRoleBindingSubjects === '') return [namespaceTransformer({ namespace, fieldSpecs, unsetOnly })];
  const subjects = SUBJECT_MODES.find((mode) => mode === setRoleBindingSubjects);
  if (subjects === undefined) throw invalidMode(setRoleBindingSubjects);
  return [namespaceTransformer({ namespace, fieldSpecs, unsetOnly, subjects })];
}

function invalidMode(mode: string): KustomizeError {
  const known: readonly SubjectMode[] = SUBJECT_MODES;
  return new KustomizeError(
    'INVALID_KUSTOMIZATION',
    `Invalid value "${mode}" for setRoleBindingSubjects: must be one of ${known.join(', ')}`,
  );
}

function jsonPatchArgs({ target, path, jsonOp }: TransformerArgs): PatchArgs {
  return {
    ...(target === undefined ? {} : { target }),
    ...(path === undefined ? {} : { path }),
    ...(jsonOp === undefined ? {} : { patch: jsonOp }),
  };
}
