import { isDeepStrictEqual } from 'node:util';
import { resourceActions, runResourceAction } from '../../src/gitops/index.ts';
import type { ActionOffer } from '../../src/gitops/index.ts';
import { gvkOf } from '../../src/kube/index.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import type { Verdict } from './verdict.ts';

interface ActionCase {
  readonly type: 'discovery' | 'action';
  readonly object: KubeObject;
  readonly action?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly expected?: readonly ActionOffer[];
  readonly expectedOutput?: readonly unknown[];
  readonly expectedError?: string;
}

/** The time that upstream's test puts in place of every time that an action writes. */
const NOW = new Date('0001-01-01T00:00:00Z');

/** What actions are on offer, and what running one changes. */
export function run(testCase: ActionCase): Verdict {
  return testCase.type === 'discovery' ? discover(testCase) : act(testCase);
}

function discover({ object, expected = [] }: ActionCase): Verdict {
  const found = byName(resourceActions(object));
  if (isDeepStrictEqual(found, byName(expected))) return { verdict: 'passed' };
  return failed(`offers ${JSON.stringify(found)} instead of ${JSON.stringify(byName(expected))}`);
}

/** In any order, empty members left out. */
function byName(offers: readonly ActionOffer[]): readonly unknown[] {
  return [...offers]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((offer) => Object.fromEntries(Object.entries(offer).filter(([, value]) => value !== '' && value !== false)));
}

function act(testCase: ActionCase): Verdict {
  const { object, action = '', parameters = {}, expectedError } = testCase;
  try {
    const effects = runResourceAction(object, { name: action, parameters, now: NOW });
    if (expectedError !== undefined) return failed(`was not refused: ${expectedError}`);
    const found = effects.map((effect) => comparable(effect.object));
    const expected = (testCase.expectedOutput ?? []).flat().map((output) => comparable(unwrapped(output)));
    const complaint =
      found.length === expected.length ? found.map((value, index) => firstMissing(value, expected[index])) : ['count'];
    const [first] = complaint.filter((text) => text !== undefined);
    return first === undefined ? { verdict: 'passed' } : failed(`differs at ${first}: ${JSON.stringify(found)}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (expectedError === undefined) return failed(`threw: ${message}`);
    return message.includes(expectedError)
      ? { verdict: 'passed' }
      : failed(`says ${message} instead of ${expectedError}`);
  }
}

function unwrapped(output: unknown): unknown {
  return (output as { unstructuredObj?: unknown }).unstructuredObj ?? output;
}

/** Without what a server writes: upstream compares the same way. Names of what is created end with the time. */
function comparable(value: unknown): unknown {
  const { metadata, status, ...rest } = value as KubeObject & { status?: unknown };
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const builtin = gvkOf(value as KubeObject).group === 'apps';
  return {
    ...rest,
    metadata: { name: name?.replace(/-\d+$/, ''), namespace, labels, annotations, ownerReferences },
    ...(builtin || status === undefined ? {} : { status }),
  };
}

/** The first place where the result lacks what is expected; what it has beyond that counts in `spec` and `status` only. */
function firstMissing(found: unknown, expected: unknown, path = ''): string | undefined {
  if (path === '.spec' || path === '.status')
    return isDeepStrictEqual(strip(found), strip(expected)) ? undefined : path;
  if (expected === undefined) return undefined;
  if (expected === null || typeof expected !== 'object' || Array.isArray(expected)) {
    return isDeepStrictEqual(found, expected) ? undefined : path;
  }
  for (const [name, value] of Object.entries(expected)) {
    const complaint = firstMissing((found as Record<string, unknown> | undefined)?.[name], value, `${path}.${name}`);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** Without empty objects, which Go leaves out. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => [name, strip(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== null && !isEmpty(member)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function failed(reason: string): Verdict {
  return { verdict: 'failed', reason };
}
