import { KustomizeError } from '../errors.ts';
import type { GeneratorArgs } from '../model/kustomization.ts';
import type { Loader } from '../files/loader.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
}

/** The data of a generator: variables of files, literals, whole files. @throws KustomizeError */
export async function loadKeyValues(args: GeneratorArgs, loader: Loader): Promise<KeyValue[]> {
  const pairs: KeyValue[] = [];
  const envs = [...(args.envs ?? []), ...(args.env === undefined || args.env === '' ? [] : [args.env])];
  for (const path of envs) {
    const { bytes, file } = await loader.load(path);
    pairs.push(...parseEnvFile(bytes, file));
  }
  for (const literal of args.literals ?? []) pairs.push(parseLiteral(literal));
  for (const source of args.files ?? []) {
    const { key, path } = parseFileSource(source);
    pairs.push({ key, value: (await loader.load(path)).bytes });
  }
  return pairs;
}

function invalid(reason: string, file?: string): KustomizeError {
  return new KustomizeError('INVALID_GENERATOR', reason, file === undefined ? {} : { file });
}

function parseLiteral(literal: string): KeyValue {
  const at = literal.indexOf('=');
  if (at <= 0) throw invalid(`Invalid literal source ${literal}: expected key=value`);
  return { key: literal.slice(0, at), value: Buffer.from(unquote(literal.slice(at + 1))) };
}

function unquote(text: string): string {
  const first = text.charAt(0);
  const quoted = text.length >= 2 && first === text.at(-1) && (first === '"' || first === "'");
  return quoted ? text.slice(1, -1) : text;
}

function parseFileSource(source: string): { readonly key: string; readonly path: string } {
  const [key = '', path, ...rest] = source.split('=');
  if (path === undefined) return { key: source.split('/').at(-1) ?? source, path: source };
  if (rest.length > 0) throw invalid(`Key names or file paths cannot contain '=': ${source}`);
  if (key === '') throw invalid(`Missing key name for file path ${path} in source ${source}`);
  if (path === '') throw invalid(`Missing file path for key name ${key} in source ${source}`);
  return { key, path };
}

function parseEnvFile(bytes: Buffer, file: string): KeyValue[] {
  const pairs: KeyValue[] = [];
  const lines = bytes
    .toString()
    .replace(/^\uFEFF/, '')
    .split('\n');
  for (const [i, line] of lines.entries()) {
    const text = line.replace(/\r$/, '').trimStart();
    if (text === '' || text.startsWith('#')) continue;
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    if (key === '') throw new KustomizeError('INVALID_GENERATOR', 'A line has no key', { file, line: i + 1 });
    // Upstream takes a missing value from the environment of the process; a build depends on its files alone.
    pairs.push({ key, value: Buffer.from(at < 0 ? '' : text.slice(at + 1)) });
  }
  return pairs;
}
