import { asJson, builtinSchema, gvkOf } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import type { JsonObject } from '../../src/core/index.ts';
import type { IgnoreDifference } from '../../src/gitops/application.ts';
import { ignoredOf, rulesFor, stripIgnored } from '../../src/gitops/ignore-differences.ts';
import { normalizeKnownTypes } from '../../src/gitops/known-types.ts';
import type { KnownField } from '../../src/gitops/known-types.ts';
import { diffLive, withoutPlace } from '../../src/gitops/live-diff.ts';
import { maskSecrets, normalizeSecret } from '../../src/gitops/secrets.ts';
import { checkExpectations } from './recorded-call.ts';
import type { Expectation, Verdict } from './recorded-call.ts';

interface Rules {
  readonly ignoreDifferences?: readonly IgnoreDifference[] | null;
  readonly resourceOverrides?: Readonly<
    Record<
      string,
      { readonly ignoreDifferences?: Omit<IgnoreDifference, 'kind'>; readonly knownTypeFields?: readonly KnownField[] }
    >
  > | null;
}

interface DiffOptions {
  readonly normalizer?: { readonly fieldsToRemove: readonly (readonly string[])[] };
  readonly ignoreMutationWebhook?: boolean;
  readonly predictedLive?: KubeObject;
  readonly ignoreAggregatedRoles?: boolean;
}

interface Args extends Rules {
  readonly config?: KubeObject | null;
  readonly live?: KubeObject | null;
  readonly target?: KubeObject | null;
  readonly object?: KubeObject | null;
  readonly options?: DiffOptions;
  readonly hideAnnotations?: Readonly<Record<string, boolean>> | null;
  readonly trustedManagers?: readonly string[];
  readonly lives?: readonly KubeObject[];
  readonly targets?: readonly KubeObject[];
  readonly settings?: Rules;
  readonly diffConfig?: { readonly ignoreDifferences?: Rules };
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

interface RecordedCall {
  readonly function: string;
  readonly args: Args;
  readonly expect: readonly Expectation[];
}

type Outcome = Readonly<Record<string, unknown>>;

const present = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

/** A system-wide override is a rule without a name; the more general comes first. */
function rulesOf({ ignoreDifferences, resourceOverrides }: Rules): readonly IgnoreDifference[] {
  const overrides = Object.entries(resourceOverrides ?? {}).flatMap(([key, { ignoreDifferences: rule }]) => {
    const slash = key.indexOf('/');
    return rule === undefined ? [] : [{ ...rule, group: key.slice(0, Math.max(0, slash)), kind: key.slice(slash + 1) }];
  });
  return [...overrides, ...(ignoreDifferences ?? [])];
}

function removed(fields: readonly (readonly string[])[], kind: string): IgnoreDifference {
  return { group: '*', kind, jsonPointers: fields.map((path) => `/${path.join('/')}`) };
}

function diff(args: Args): Outcome {
  const { config, live, options } = args;
  const object = config ?? live;
  const fields = options?.normalizer?.fieldsToRemove;
  const rules = [...rulesOf(args), ...(fields === undefined ? [] : [removed(fields, '*')])];
  const result = diffLive({
    ...(present(config) ? { target: config } : {}),
    ...(present(live) ? { live } : {}),
    schema: present(object) ? builtinSchema(gvkOf(object)) : undefined,
    ignored: present(object) ? ignoredOf(rules, object) : undefined,
    ...(options?.ignoreMutationWebhook === false ? { predicted: options.predictedLive } : {}),
    ignoreAggregatedRoles: options?.ignoreAggregatedRoles ?? false,
    now: 0,
  });
  const { modified, normalizedLive, predictedLive } = result;
  return {
    result: { modified, normalizedLive: text(normalizedLive), predictedLive: text(predictedLive) },
    error: null,
  };
}

function text(object: KubeObject | undefined): string {
  return JSON.stringify(object ?? null);
}

function strip(
  target: KubeObject,
  live: KubeObject,
  rules: readonly IgnoreDifference[],
): { target: KubeObject; live: KubeObject } {
  const ignored = ignoredOf(rules, live);
  return ignored === undefined ? { target, live } : stripIgnored({ target, live }, ignored);
}

const FUNCTIONS: Readonly<Record<string, (args: Args) => Outcome>> = {
  Diff: diff,
  TwoWayDiff: diff,
  structuredMergeDiff: diff,
  serverSideDiff: diff,
  StateDiff: (args) => diff({ ...args, ...(args.diffConfig?.ignoreDifferences ?? {}) }),
  DiffArray: (args) => {
    const configs = (args.config ?? []) as unknown as readonly KubeObject[];
    const lives = (args.live ?? []) as unknown as readonly KubeObject[];
    const results = configs.map(
      (config, index) => diff({ ...args, config, live: lives[index] ?? null })['result'] as { modified: boolean },
    );
    return { result: { modified: results.some(({ modified }) => modified), diffs: results }, error: null };
  },
  HideSecretData: ({ target, live, hideAnnotations }) => {
    const sides = { ...(present(target) ? { target } : {}), ...(present(live) ? { live } : {}) };
    return { ...maskSecrets(sides, Object.keys(hideAnnotations ?? {})), error: null };
  },
  removeNamespaceAnnotation: ({ object }) => ({ object: present(object) ? withoutPlace(object) : null }),
  NormalizeSecret: ({ object }) => ({ object: present(object) ? normalizeSecret(asJson(object)) : null }),
  IgnoreNormalizer: (args) => {
    if (!present(args.object)) return { error: 'there is no object' };
    return { object: strip(args.object, args.object, rulesOf(args)).live, error: null };
  },
  KnownTypesNormalizer: ({ object, resourceOverrides }) => {
    if (!present(object)) return { error: 'there is no object' };
    const { group, kind } = gvkOf(object);
    return {
      object: normalizeKnownTypes(object, resourceOverrides?.[`${group}/${kind}`]?.knownTypeFields),
      error: null,
    };
  },
  managedFieldsNormalize: ({ live, config, trustedManagers }) => {
    if (!present(live) || !present(config)) return { live: null, config: null, error: null };
    const both = strip(config, live, [{ group: '*', kind: '*', managedFieldsManagers: [...(trustedManagers ?? [])] }]);
    return { live: both.live, config: both.target, error: null };
  },
  diffNormalize: ({ lives = [], targets = [], settings = {} }) => {
    const both = lives.map((live, index) => strip(targets[index] ?? live, live, rulesOf(settings)));
    return { result: { lives: both.map(({ live }) => live), targets: both.map(({ target }) => target) }, error: null };
  },
  HasIgnoreDifference: (args) => {
    const { group = '', kind = '', name = '', namespace = '' } = args;
    const found = rulesFor(rulesOf(args), { group, kind, name, namespace });
    const all = (field: 'jsonPointers' | 'jqPathExpressions' | 'managedFieldsManagers'): readonly string[] => [
      ...new Set(found.flatMap((rule) => rule[field] ?? [])),
    ];
    const difference = {
      jsonPointers: all('jsonPointers'),
      jqPathExpressions: all('jqPathExpressions'),
      managedFieldsManagers: all('managedFieldsManagers'),
    };
    return { has: found.length > 0, difference: found.length > 0 ? difference : null };
  },
};

/** Getters of upstream's objects. */
function answer(value: unknown, name: string): unknown {
  const object = value as JsonObject;
  const resources: Readonly<Record<string, string>> = { Cpu: 'cpu', Memory: 'memory', Storage: 'storage' };
  if (Object.hasOwn(resources, name)) return (value as JsonObject | undefined)?.[resources[name] ?? ''] ?? '0';
  if (name === 'String') return value;
  if (name === 'GetNamespace') return (object['metadata'] as JsonObject | undefined)?.['namespace'];
  if (name === 'GetAnnotations') return (object['metadata'] as JsonObject | undefined)?.['annotations'];
  return undefined;
}

/** Upstream's comparison of what is wanted with what is there. */
export async function run(testCase: RecordedCall): Promise<Verdict> {
  const work = FUNCTIONS[testCase.function];
  if (work === undefined) return { skipped: `nothing of ours has the job of ${testCase.function}` };
  const complaints = await checkExpectations(work(testCase.args), testCase.expect, answer);
  return complaints.length === 0 ? { passed: true } : { passed: false, complaints };
}
