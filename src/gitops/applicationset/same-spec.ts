import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../kube/index.ts';
import { ARGO_GROUP } from '../application.ts';
import { InvalidApplicationError } from '../errors.ts';
import { ignoredOf, stripIgnored } from '../ignore-differences.ts';
import type { Ignored, ObjectPair } from '../ignore-differences.ts';
import type { ApplicationSetSpec } from './application-set.ts';

type Rules = Pick<ApplicationSetSpec, 'ignoreApplicationDifferences'>;

/** What of an Application a set leaves to others. @throws InvalidApplicationError for a rule that cannot be carried out */
export function ignoredIn(application: KubeObject, { ignoreApplicationDifferences }: Rules): Ignored | undefined {
  const rules = (ignoreApplicationDifferences ?? []).map((rule) => ({
    group: ARGO_GROUP,
    kind: 'Application',
    ...rule,
  }));
  return ignoredOf(rules, complete(application));
}

function complete(application: KubeObject): KubeObject {
  return { ...application, apiVersion: `${ARGO_GROUP}/v1alpha1`, kind: 'Application' };
}

/** Whether an Application is specified as wanted, but for what the set leaves to others and what a rolling sync turns off. */
export function sameSpec(desired: KubeObject, live: KubeObject, rules: Rules): boolean {
  const pair = { target: complete(desired), live: complete(live) };
  const both = compared(pair, rules);
  if (both === undefined) return true;
  const { target, live: found } = both;
  return isDeepStrictEqual(plain(specOf(target)), plain(specOf(found)));
}

function compared(pair: ObjectPair, rules: Rules): ObjectPair | undefined {
  try {
    const ignored = ignoredIn(pair.target, rules);
    return ignored === undefined ? pair : stripIgnored(pair, ignored);
  } catch (error) {
    // whoever wrote the rule is told elsewhere; here it must not start a rollout
    if (error instanceof InvalidApplicationError) return undefined;
    throw error;
  }
}

function specOf(object: KubeObject): unknown {
  const { spec } = object as {
    readonly spec?: { readonly syncPolicy?: { readonly automated?: object | null } | null };
  };
  const automated = spec?.syncPolicy?.automated;
  if (automated === undefined || automated === null) return spec;
  return { ...spec, syncPolicy: { ...spec?.syncPolicy, automated: { ...automated, enabled: undefined } } };
}

/** Without empty members, which mean nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).map(([name, member]) => [name, plain(member)] as const);
  return Object.fromEntries(members.filter(([, member]) => !isEmpty(member)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
