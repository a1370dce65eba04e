import { posix } from 'node:path';
import { YamlError, messageOf, parseYaml } from '../../../core/index.ts';
import { globMatch } from '../../glob.ts';
import type { GitGenerator, ParameterSet } from '../application-set.ts';
import { normalizeName } from '../names.ts';
import { isList, isMap } from '../template/go-value.ts';
import type { RenderOptions } from '../template/render.ts';
import { GeneratorError } from './generator-error.ts';
import { flatten, withValues } from './parameters.ts';
import type { GitSource } from './sources.ts';

export interface GitContext {
  readonly source: GitSource;
  readonly options: RenderOptions;
  readonly signal: AbortSignal;
  /** Takes what is wrong with one file, which is then left out. @default it is thrown */
  readonly tolerate?: (error: GeneratorError) => void;
}

/** One parameter set for each directory, or for each document of each file. @throws {GeneratorError} */
export async function generateFromGit(generator: GitGenerator, context: GitContext): Promise<readonly ParameterSet[]> {
  try {
    if ((generator.directories ?? []).length > 0) return await fromDirectories(generator, context);
    if ((generator.files ?? []).length > 0) return await fromFiles(generator, context);
  } catch (error) {
    throw new GeneratorError(`error generating params from git: ${messageOf(error)}`, { cause: error });
  }
  throw new GeneratorError('error generating params from git: neither directories nor files are given');
}

function requestOf({ repoURL, revision = '' }: GitGenerator): { readonly repoUrl: string; readonly revision: string } {
  return { repoUrl: repoURL, revision };
}

async function fromDirectories(
  generator: GitGenerator,
  { source, options, signal }: GitContext,
): Promise<readonly ParameterSet[]> {
  const all = await readDirectories(generator, source, signal);
  const matches = (path: string, excluded: boolean): boolean =>
    (generator.directories ?? [])
      .filter(({ exclude = false }) => exclude === excluded)
      // a segment is as far as a star goes here
      .some((wanted) => globMatch(wanted.path.replaceAll(/\*+/g, '*'), path, '/'));
  return all
    .filter((path) => matches(path, false) && !matches(path, true))
    .map((path) => withValues(generator.values, directoryParameters(path, generator, options), options));
}

async function readDirectories(
  generator: GitGenerator,
  source: GitSource,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await source.directories(requestOf(generator), signal);
  } catch (error) {
    throw new GeneratorError(`error getting directories from repo: ${messageOf(error)}`, { cause: error });
  }
}

function directoryParameters(path: string, generator: GitGenerator, { goTemplate }: RenderOptions): ParameterSet {
  const base = posix.basename(path);
  const facts = { path, basename: base, basenameNormalized: normalizeName(base) };
  return pathParameters(facts, path.split('/'), { prefix: generator.pathParamPrefix ?? '', goTemplate });
}

interface PathFacts {
  readonly path: string;
  readonly [name: string]: string;
}

interface PathStyle {
  readonly prefix: string;
  readonly goTemplate: boolean;
}

function pathParameters(
  facts: PathFacts,
  segments: readonly string[],
  { prefix, goTemplate }: PathStyle,
): ParameterSet {
  if (goTemplate) {
    const tree = { path: { ...facts, segments } };
    return prefix === '' ? tree : { [prefix]: tree };
  }
  const { path, ...others } = facts;
  const name = prefix === '' ? 'path' : `${prefix}.path`;
  return {
    [name]: path,
    ...Object.fromEntries(Object.entries(others).map(([fact, text]) => [`${name}.${fact}`, text])),
    ...Object.fromEntries(segments.map((segment, index) => [`${name}[${index}]`, segment])),
  };
}

async function fromFiles(generator: GitGenerator, context: GitContext): Promise<readonly ParameterSet[]> {
  const { source, signal } = context;
  const found = new Map<string, string | undefined>();
  for (const { path, exclude = false } of generator.files ?? []) {
    if (exclude) continue;
    for (const [name, content] of await source.files({ ...requestOf(generator), pattern: path }, signal)) {
      found.set(name, content);
    }
  }
  for (const { path, exclude = false } of generator.files ?? []) {
    if (!exclude) continue;
    for (const name of (await source.files({ ...requestOf(generator), pattern: path }, signal)).keys())
      found.delete(name);
  }
  return [...found.keys()].sort().flatMap((name) => oneFile({ name, content: found.get(name) }, generator, context));
}

function oneFile(
  { name, content }: { readonly name: string; readonly content: string | undefined },
  generator: GitGenerator,
  { options, tolerate }: GitContext,
): readonly ParameterSet[] {
  try {
    if (content === undefined) throw new GeneratorError('the file is too large');
    return fileParameters({ path: name, content }, generator, options);
  } catch (error) {
    const where = `file '${name}' from repository '${generator.repoURL}'`;
    const failure = new GeneratorError(`unable to process ${where}: ${messageOf(error)}`, { cause: error });
    if (tolerate === undefined) throw failure;
    tolerate(failure);
    return [];
  }
}

export interface ParameterFile {
  readonly path: string;
  readonly content: string;
}

/** One parameter set for each document of a file. @throws {GeneratorError} when it holds anything but objects */
export function fileParameters(
  { path, content }: ParameterFile,
  generator: Pick<GitGenerator, 'pathParamPrefix' | 'values'>,
  options: RenderOptions,
): readonly ParameterSet[] {
  const directory = posix.dirname(path);
  const [base, file] = [posix.basename(directory), posix.basename(path)];
  const facts = {
    path: directory,
    basename: base,
    filename: file,
    basenameNormalized: normalizeName(base),
    filenameNormalized: normalizeName(file),
  };
  const style = { prefix: generator.pathParamPrefix ?? '', goTemplate: options.goTemplate };
  const place = pathParameters(facts, directory.split('/'), style);
  return readObjects(content).map((object) => {
    const own = options.goTemplate ? object : flatten(object);
    return withValues(generator.values, { ...own, ...place }, options);
  });
}

function readObjects(content: string): readonly Readonly<Record<string, unknown>>[] {
  const document = readDocument(content);
  if (document === undefined || document === null) return [{}];
  if (isMap(document)) return [document];
  if (isList(document) && document.every(isMap)) return document;
  const wrong = isList(document) ? document.find((item) => !isMap(item)) : document;
  const wanted = isList(document) ? 'map[string]interface {}' : '[]map[string]interface {}';
  const type = typeof wrong === 'boolean' ? 'bool' : typeof wrong;
  const reason = `json: cannot unmarshal ${type} into Go value of type ${wanted}`;
  throw new GeneratorError(`unable to parse file: error unmarshaling JSON: while decoding JSON: ${reason}`);
}

function readDocument(content: string): unknown {
  try {
    return parseYaml(content)[0];
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GeneratorError(`unable to parse file: error converting YAML to JSON: ${error.message}`, { cause: error });
  }
}
