import { jsonEqual, parseYaml } from '../../src/core/index.ts';
import { KustomizeError, build } from '../../src/kustomize/index.ts';
import type { BuildOptions } from '../../src/kustomize/index.ts';
import type { Case, Verdict } from './verdict.ts';

export interface BuildCase extends Case {
  readonly files: Readonly<Record<string, string>>;
  readonly filesBase64?: Readonly<Record<string, string>>;
  readonly target: string;
  readonly options: { readonly reorder: 'none' | 'legacy' | 'unspecified'; readonly loadRestrictor?: string };
  readonly expectedYaml?: string;
  readonly expectedError?: unknown;
  /** What kubectl prints where it is not the expected text byte for byte. */
  readonly kubectlYaml?: string;
}

/** Builds the case through the door and compares documents in order; equal bytes are counted apart. */
export async function runBuild(testCase: BuildCase): Promise<Verdict> {
  const built = await tryBuild(testCase);
  if (built instanceof KustomizeError) {
    if (testCase.expectedError !== undefined) return { verdict: 'passed' };
    return { verdict: 'failed', reason: `refused: ${built.code} ${built.message}`, detail: built.stack ?? '' };
  }
  if (testCase.expectedYaml === undefined) {
    return { verdict: 'failed', reason: 'built what is to be refused', detail: built };
  }
  return compare(built, testCase.expectedYaml, testCase.kubectlYaml);
}

async function tryBuild({ files, filesBase64 = {}, target, options }: BuildCase): Promise<string | KustomizeError> {
  const source = new Map<string, string | Uint8Array>(Object.entries(files));
  for (const [path, content] of Object.entries(filesBase64)) source.set(path, Buffer.from(content, 'base64'));
  const buildOptions: BuildOptions = {
    reorder: options.reorder === 'none' ? 'none' : 'legacy',
    loadRestrictor: options.loadRestrictor === 'LoadRestrictionsNone' ? 'none' : 'rootOnly',
  };
  try {
    return (await build(source, target, buildOptions)).yaml;
  } catch (error) {
    if (error instanceof KustomizeError) return error;
    throw error;
  }
}

function compare(actual: string, expected: string, printed = expected): Verdict {
  const facts = { 'bytes equal': actual === printed || actual === expected };
  const [ours, theirs] = [parseYaml(actual), parseYaml(expected)];
  if (jsonEqual(ours, theirs))
    return { verdict: 'passed', facts, ...(facts['bytes equal'] ? {} : bytes(actual, printed)) };
  return { verdict: 'failed', reason: firstDifference(actual, expected), facts, ...bytes(actual, expected) };
}

function bytes(actual: string, expected: string): { readonly detail: string } {
  return { detail: `--- ours\n${actual}\n--- expected\n${expected}` };
}

export function firstDifference(actual: string, expected: string): string {
  const ours = actual.split('\n');
  const theirs = expected.split('\n');
  const line = theirs.findIndex((text, i) => text !== ours[i]);
  const at = line < 0 ? theirs.length : line;
  return `line ${at + 1}: ${JSON.stringify(ours[at])} where ${JSON.stringify(theirs[at])} is expected`;
}
