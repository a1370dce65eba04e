import { isDeepStrictEqual } from 'node:util';
import { parseYaml } from '../../src/core/index.ts';
import { KustomizeError, mergePatch, mergeThreeWay } from '../../src/kustomize/index.ts';
import type { MergeTextOptions } from '../../src/kustomize/index.ts';
import type { Case, Verdict } from './verdict.ts';

interface MergeCase extends Case {
  readonly function: string;
  readonly args: {
    readonly inferAssociativeLists?: boolean;
    readonly mergeOptions?: { readonly listIncreaseDirection?: number } | null;
    /** merge2 */
    readonly source?: string;
    readonly dest?: string;
    /** merge3 */
    readonly local?: string;
    readonly origin?: string;
    readonly update?: string;
  };
  readonly expected?: string;
  readonly expectedError?: unknown;
}

/** Merges of two and of three documents, compared as data: the order of fields, comments and quotes do not count. */
export async function run(testCase: MergeCase): Promise<Verdict> {
  const merged = tryMerge(testCase);
  if (merged instanceof KustomizeError) {
    if (testCase.expectedError !== undefined) return { verdict: 'passed' };
    return { verdict: 'failed', reason: `refused: ${merged.code} ${merged.message}`, detail: merged.stack ?? '' };
  }
  if (testCase.expected === undefined) {
    return { verdict: 'failed', reason: 'merged what is to be refused', detail: merged };
  }
  if (isDeepStrictEqual(parseYaml(merged), parseExpected(testCase.expected))) return { verdict: 'passed' };
  return {
    verdict: 'failed',
    reason: 'another result',
    detail: `--- ours\n${merged}\n--- expected\n${testCase.expected}`,
  };
}

/** The first line of an expected text has lost its indentation when the others have one. */
function parseExpected(text: string): unknown {
  const margin = /\n( +)/.exec(text)?.[1] ?? '';
  try {
    return parseYaml(text);
  } catch (error) {
    if (margin === '') throw error;
    return parseYaml(margin + text);
  }
}

function tryMerge({ function: name, args }: MergeCase): string | KustomizeError {
  const options: MergeTextOptions = {
    inferKeys: args.inferAssociativeLists === true,
  };
  // Patches of a build prepend, and so does a case that does not say.
  const direction = args.mergeOptions?.listIncreaseDirection === 0 ? 'append' : 'prepend';
  try {
    if (name === 'merge2') return mergePatch(args.source ?? '', args.dest ?? '', { ...options, direction });
    const { local = '', origin = '', update = '' } = args;
    return mergeThreeWay({ dest: local, original: origin, updated: update }, options);
  } catch (error) {
    if (error instanceof KustomizeError) return error;
    throw error;
  }
}
