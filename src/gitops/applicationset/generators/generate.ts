import { messageOf, parseYaml } from '../../../core/index.ts';
import type {
  ApplicationSetSpec,
  Generator,
  GeneratorTemplate,
  ListGenerator,
  MatrixGenerator,
  MergeGenerator,
  ParameterSet,
} from '../application-set.ts';
import { isList, isMap } from '../template/go-value.ts';
import { renderValue } from '../template/render.ts';
import type { RenderOptions } from '../template/render.ts';
import { generateFromClusters, generateFromDecisions } from './cluster-generators.ts';
import { mergeByKeys } from './combine.ts';
import { generateFromPullRequests, generateFromRepositories } from './forge-generators.ts';
import { checkProvider } from './forge-policy.ts';
import type { ForgePolicy } from './forge-policy.ts';
import { GeneratorError } from './generator-error.ts';
import { generateFromGit } from './git-generator.ts';
import { preResolved } from './interpolate.ts';
import { mergeTrees } from './parameters.ts';
import { selectorMatches } from './parameter-selector.ts';
import type { GeneratorSources } from './sources.ts';

export type GeneratorKind = Exclude<keyof Generator, 'selector'>;

/** Gives the parameter sets of a generator of one kind. */
export type Generate = (generator: unknown, context: GeneratorContext) => Promise<readonly ParameterSet[]>;

export interface GeneratorContext {
  readonly spec: Pick<ApplicationSetSpec, 'goTemplate' | 'goTemplateOptions' | 'template'>;
  readonly sources: GeneratorSources;
  readonly forgePolicy: ForgePolicy;
  readonly signal: AbortSignal;
  /** Takes what is wrong with one parameter set, which is then left out. @default its generator fails */
  readonly tolerate?: (error: GeneratorError) => void;
  /** How each kind generates. @default {@link GENERATORS} */
  readonly generators?: Readonly<Partial<Record<GeneratorKind, Generate>>>;
}

export function renderOptions({ spec }: Pick<GeneratorContext, 'spec'>): RenderOptions {
  return { goTemplate: spec.goTemplate ?? false, goTemplateOptions: spec.goTemplateOptions ?? [] };
}

export interface Generated {
  readonly parameters: readonly ParameterSet[];
  /** The set's template with the generator's own over it. */
  readonly template: GeneratorTemplate;
}

const MAX_SETS = 20_000;

export const GENERATOR_KINDS: readonly GeneratorKind[] = [
  'list',
  'clusters',
  'git',
  'matrix',
  'merge',
  'pullRequest',
  'scmProvider',
  'clusterDecisionResource',
  'plugin',
];

/**
 * What each generator in a set gives. A generator in another one is filled in with that one's parameters first.
 * @throws {GeneratorError} what cannot be generated
 */
export async function transform(
  generator: Generator,
  context: GeneratorContext,
  outer?: ParameterSet,
): Promise<readonly Generated[]> {
  const options = renderOptions(context);
  const kinds = GENERATOR_KINDS.filter((kind) => generator[kind] !== undefined && generator[kind] !== null);
  const results: Generated[] = [];
  for (const kind of kinds) {
    const generate = context.generators?.[kind] ?? GENERATORS[kind];
    const given = outer === undefined ? generator : interpolate(generator, outer, options);
    const parameters = await generate(given[kind], context);
    results.push({
      parameters: parameters.filter((set) => selectorMatches(given.selector, set)),
      template: mergedTemplate(context.spec.template ?? {}, given[kind]),
    });
  }
  return results;
}

function mergedTemplate(base: GeneratorTemplate, generator: unknown): GeneratorTemplate {
  const own = isMap(generator) ? generator['template'] : undefined;
  return isMap(own) ? mergeTrees(base as ParameterSet, own) : base;
}

/** A generator with the parameters of the one before it put in. */
export function interpolate(generator: Generator, parameters: ParameterSet, options: RenderOptions): Generator {
  return renderValue(preResolved(generator, parameters, options), parameters, options) as Generator;
}

async function fromList(given: unknown, context: GeneratorContext): Promise<readonly ParameterSet[]> {
  const { elements, elementsYaml = '' } = given as ListGenerator;
  const { goTemplate } = renderOptions(context);
  const sets = (elements ?? []).map((element) => (goTemplate ? element : flatElement(element)));
  if (elementsYaml === '') return Promise.resolve(sets);
  const [more] = parseYaml(elementsYaml);
  const items: readonly unknown[] = isList(more) ? more : [undefined];
  const objects = items.filter(isMap);
  if (objects.length < items.length) {
    throw new GeneratorError('error unmarshling decoded ElementsYaml: not a list of objects');
  }
  return Promise.resolve([...sets, ...objects]);
}

function flatElement(element: Readonly<Record<string, unknown>>): ParameterSet {
  return Object.assign(
    {},
    ...Object.entries(element).map(([name, value]) =>
      name === 'values' && isMap(value) ? flatValues(value) : { [name]: requireText(value, name) },
    ),
  ) as ParameterSet;
}

function flatValues(values: Readonly<Record<string, unknown>>): ParameterSet {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`values.${name}`, requireText(value, name)]),
  );
}

function requireText(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new GeneratorError(`error parsing value as string: ${name}`);
}

/** What one inner generator gives. */
async function fromInner(
  generator: Generator,
  context: GeneratorContext,
  { owner, outer }: { readonly owner: 'matrix' | 'merge'; readonly outer?: ParameterSet },
): Promise<readonly ParameterSet[]> {
  const [only, ...others] = await transform(generator, context, outer);
  if (only === undefined) throw new GeneratorError('child generator generated no parameters');
  if (others.length > 0) throw new GeneratorError(`found more than one generator in ${owner}.Generators`);
  return only.parameters;
}

/** Every set of the first with every set of the second, which may speak of the first's parameters. */
async function fromMatrix(given: unknown, context: GeneratorContext): Promise<readonly ParameterSet[]> {
  const { generators } = given as MatrixGenerator;
  const [first, second, ...others] = generators;
  if (first === undefined || second === undefined) {
    throw new GeneratorError('found less than two generators, Matrix support only two');
  }
  if (others.length > 0) throw new GeneratorError('found more than two generators, Matrix support only two');
  const { goTemplate } = renderOptions(context);
  const combined: ParameterSet[] = [];
  for (const outer of await fromInner(first, context, { owner: 'matrix' })) {
    await tolerating(context, async () => {
      for (const inner of await fromInner(second, context, { owner: 'matrix', outer })) {
        combined.push(goTemplate ? mergeTrees(inner, outer) : combineTexts(outer, inner));
      }
    });
    if (combined.length > MAX_SETS) throw new GeneratorError(`more than ${MAX_SETS} parameter sets were generated`);
  }
  return combined;
}

async function tolerating({ tolerate, signal }: GeneratorContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    signal.throwIfAborted();
    if (tolerate === undefined) throw error;
    tolerate(error instanceof GeneratorError ? error : new GeneratorError(messageOf(error), { cause: error }));
  }
}

function combineTexts(a: ParameterSet, b: ParameterSet): ParameterSet {
  const clash = Object.keys(a).find((key) => Object.hasOwn(b, key) && a[key] !== b[key]);
  if (clash === undefined) return { ...a, ...b };
  const values = `a: ${String(a[clash])} ,b: ${String(b[clash])}`;
  throw new GeneratorError(
    `failed to combine string maps with merging params for the matrix generator: found duplicate key ${clash} with different value, ${values}`,
  );
}

async function fromMerge(given: unknown, context: GeneratorContext): Promise<readonly ParameterSet[]> {
  const { generators, mergeKeys } = given as MergeGenerator;
  if (generators.length < 2) {
    throw new GeneratorError('found less than two generators, Merge requires two or more');
  }
  const lists: (readonly ParameterSet[])[] = [];
  for (const generator of generators) lists.push(await fromInner(generator, context, { owner: 'merge' }));
  return mergeByKeys(mergeKeys, lists);
}

function sourceFor<K extends keyof GeneratorSources>(
  context: GeneratorContext,
  name: K,
): NonNullable<GeneratorSources[K]> {
  const source = context.sources[name];
  if (source === undefined) throw new GeneratorError(`Cannot use the generator here: nothing answers for ${name}`);
  return source;
}

type Given<K extends GeneratorKind> = NonNullable<Generator[K]>;

/** How every kind of generator comes to its parameters. */
export const GENERATORS: Readonly<Record<GeneratorKind, Generate>> = {
  list: fromList,
  matrix: fromMatrix,
  merge: fromMerge,
  git: (given, context) => {
    const source = sourceFor(context, 'git');
    const { signal, tolerate } = context;
    return generateFromGit(given as Given<'git'>, {
      source,
      options: renderOptions(context),
      signal,
      ...(tolerate === undefined ? {} : { tolerate }),
    });
  },
  clusters: (given, context) => {
    const source = sourceFor(context, 'clusters');
    const { signal } = context;
    return generateFromClusters(given as Given<'clusters'>, { source, options: renderOptions(context), signal });
  },
  clusterDecisionResource: (given, context) => {
    const source = sourceFor(context, 'clusters');
    const { signal } = context;
    return generateFromDecisions(given as Given<'clusterDecisionResource'>, {
      source,
      options: renderOptions(context),
      signal,
    });
  },
  pullRequest: async (given, context) => {
    const generator = given as Given<'pullRequest'>;
    checkProvider(generator, context.forgePolicy);
    const source = sourceFor(context, 'forge');
    return generateFromPullRequests(generator, { source, options: renderOptions(context), signal: context.signal });
  },
  scmProvider: async (given, context) => {
    const generator = given as Given<'scmProvider'>;
    checkProvider(generator, context.forgePolicy);
    const source = sourceFor(context, 'forge');
    return generateFromRepositories(generator, { source, options: renderOptions(context), signal: context.signal });
  },
  plugin: () => Promise.reject(new GeneratorError('Cannot use a plugin generator: plugins are not supported')),
};
