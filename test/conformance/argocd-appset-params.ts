import { messageOf } from '../../src/core/index.ts';
import type { ApplicationSet, Generator, ParameterSet } from '../../src/gitops/applicationset/application-set.ts';
import { byMergeKey } from '../../src/gitops/applicationset/generators/combine.ts';
import { GENERATORS, transform } from '../../src/gitops/applicationset/generators/generate.ts';
import { fileParameters } from '../../src/gitops/applicationset/generators/git-generator.ts';
import { withValues } from '../../src/gitops/applicationset/generators/parameters.ts';
import { kindOf, mockedContext } from './appset-environment.ts';
import type { Environment } from './appset-environment.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface Args {
  readonly kind?: string;
  readonly generator?: Generator;
  readonly applicationSet?: Partial<ApplicationSet> | null;
  readonly environment?: Environment;
  readonly template?: ApplicationSet['spec']['template'];
  readonly params?: ParameterSet | null;
  readonly filePath?: string;
  readonly fileContent?: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly useGoTemplate?: boolean;
  readonly goTemplateOptions?: readonly string[] | null;
  readonly pathParamPrefix?: string;
  readonly mergeKeys?: readonly string[];
  readonly paramSets?: readonly ParameterSet[] | null;
}

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

type Work = (args: Args) => unknown;

function options({ useGoTemplate = false, goTemplateOptions }: Args): {
  goTemplate: boolean;
  goTemplateOptions: readonly string[];
} {
  return { goTemplate: useGoTemplate, goTemplateOptions: goTemplateOptions ?? [] };
}

async function generate({ kind = '', generator = {}, applicationSet, environment }: Args): Promise<unknown> {
  const name = kindOf(kind);
  const context = mockedContext(applicationSet?.spec ?? {}, environment);
  return { params: await GENERATORS[name](generator[name], context), error: null };
}

const FUNCTIONS: Readonly<Record<string, Work>> = {
  GenerateParams: generate,
  Transform: async ({ generator = {}, applicationSet, environment, template, params }) => {
    const spec = { ...applicationSet?.spec, ...(template === undefined ? {} : { template }) };
    const results = await transform(generator, mockedContext(spec, environment), params ?? undefined);
    return { results: results.map(({ parameters, ...result }) => ({ params: parameters, ...result })), error: null };
  },
  generateParamsFromGitFile: (args) => {
    const { filePath = '', fileContent = '', values = {}, pathParamPrefix = '' } = args;
    const file = { path: filePath, content: fileContent };
    return { params: fileParameters(file, { pathParamPrefix, values }, options(args)), error: null };
  },
  appendTemplatedValues: (args) => ({ params: withValues(args.values, args.params ?? {}, options(args)), error: null }),
  getParamSetsByMergeKey: ({ mergeKeys = [], paramSets }) => ({
    result: Object.fromEntries(byMergeKey(mergeKeys, paramSets ?? [])),
    error: null,
  }),
};

/** What generators give. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const work = FUNCTIONS[testCase.function];
  if (work === undefined) return { skipped: `nothing of ours has the job of ${testCase.function}` };
  const complaints = await checkExpectations(await attempt(work, testCase.args), testCase.expect);
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}

async function attempt(work: Work, args: Args): Promise<unknown> {
  try {
    return await work(args);
  } catch (error) {
    return { error: messageOf(error) };
  }
}
