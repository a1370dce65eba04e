import { messageOf, parseYaml } from '../../src/core/index.ts';
import type { ApplicationSet, Generator, ParameterSet } from '../../src/gitops/applicationset/application-set.ts';
import {
  applyTemplatePatch,
  generateApplications,
  invalidGenerators,
  renderApplication,
} from '../../src/gitops/applicationset/application-template.ts';
import { interpolate } from '../../src/gitops/applicationset/generators/generate.ts';
import { normalizeName } from '../../src/gitops/applicationset/names.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { mockedContext } from './appset-environment.ts';
import type { Environment } from './appset-environment.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface Args {
  readonly name?: string;
  readonly generator?: Generator;
  readonly params?: ParameterSet;
  readonly useGoTemplate?: boolean;
  readonly goTemplateOptions?: readonly string[] | null;
  readonly template?: object;
  readonly syncPolicy?: ApplicationSet['spec']['syncPolicy'];
  readonly application?: KubeObject;
  readonly patch?: string;
  readonly applicationSet?: ApplicationSet;
  readonly environment?: Environment;
}

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

function options({ useGoTemplate = false, goTemplateOptions }: Args): {
  goTemplate: boolean;
  goTemplateOptions: readonly string[];
} {
  return { goTemplate: useGoTemplate, goTemplateOptions: goTemplateOptions ?? [] };
}

function rendered(args: Args): unknown {
  const { generator = {}, params = {} } = args;
  return { generator: interpolate(generator, params, options(args)), error: null };
}

const POINTERS = new Set(['prune', 'selfHeal', 'enabled']);

/** As the recorder writes what is a pointer to a boolean or raw JSON in upstream's types. */
function asRecorded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRecorded);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'valuesObject') return [name, { raw: JSON.stringify(member) }];
      return [name, POINTERS.has(name) && typeof member === 'boolean' ? {} : asRecorded(member)];
    }),
  );
}

/** Bytes of YAML, which upstream keeps for raw JSON, as what they say. */
function fromRecorded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromRecorded);
  if (value === null || typeof value !== 'object') return value;
  const raw = (value as { readonly $raw?: unknown }).$raw;
  if (typeof raw === 'string') return parseYaml(raw)[0];
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromRecorded(member)]));
}

type Work = (args: Args) => unknown;

const FUNCTIONS: Readonly<Record<string, Work>> = {
  SanitizeName: ({ name = '' }) => ({ result: normalizeName(name) }),
  InterpolateGenerator: rendered,
  RenderGeneratorParams: rendered,
  RenderTemplateParams: (args) => ({
    application: asRecorded(
      renderApplication(fromRecorded(args.template ?? {}) as object, args.params ?? {}, {
        ...options(args),
        syncPolicy: args.syncPolicy ?? null,
      }),
    ),
    error: null,
  }),
  applyTemplatePatch: ({ application, patch = '' }) => ({
    application: application === undefined ? undefined : asRecorded(applyTemplatePatch(application, patch)),
    error: null,
  }),
  invalidGenerators: ({ applicationSet }) => {
    const { found, names } = invalidGenerators(applicationSet as ApplicationSet);
    return { hasInvalid: found, names: Object.fromEntries(names.map((name) => [name, true])) };
  },
  GenerateApplications: async ({ applicationSet, environment }) => {
    const set = applicationSet as ApplicationSet;
    const { applications, error } = await generateApplications(set, mockedContext(set.spec, environment));
    return {
      applications: applications.length === 0 ? null : applications,
      reason: error?.reason,
      error: error?.message ?? null,
    };
  },
};

/** How templates, patches and generators are filled in. */
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
