import { isJsonObject } from '../core/index.ts';
import { asJson } from '../kube/index.ts';
import type { NewFinding } from './finding.ts';
import { printPath } from './field-path.ts';
import type { Locator } from './locate.ts';
import { referencesOf } from './reference-collector.ts';
import type { Reference } from './reference-collector.ts';
import { aboutObject } from './rendered.ts';
import type { PlacedObject } from './rendered.ts';
import type { Scope } from './scope.ts';
import { isExternal } from './settings.ts';
import type { Settings } from './settings.ts';

export interface ReferenceContext {
  readonly scope: Scope;
  readonly locator: Locator;
  readonly settings: Settings;
}

/** Names of objects that are neither in the overlay nor made by what is in it. */
export async function checkReferences(
  placed: PlacedObject,
  { scope, locator, settings }: ReferenceContext,
): Promise<readonly NewFinding[]> {
  const found: NewFinding[] = [];
  for (const reference of referencesOf(placed.object)) {
    const key = { ...reference, namespace: reference.namespace ?? scope.namespaceOf(placed.object) };
    if (isExternal(settings, key)) continue;
    const problem = scope.has(key) ? missingKey(reference, scope.get(key)) : missing(reference, key.namespace);
    if (problem !== undefined) found.push({ ...problem, ...(await aboutObject(placed, locator, reference.path)) });
  }
  return found;
}

type Problem = Pick<NewFinding, 'rule' | 'message' | 'mend'>;

function missing({ kind, name, path }: Reference, namespace: string): Problem {
  const place = kind === 'ClusterRole' ? '' : ` in namespace ${namespace}`;
  return {
    rule: 'reference',
    message: `${printPath(path)} names the ${kind} ${name}, which is not${place}`,
    mend: `Add the ${kind} to the overlay, mend the name, or list it under external in stoa-validate.yaml`,
  };
}

function missingKey({ key, name, path }: Reference, target: ReturnType<Scope['get']>): Problem | undefined {
  if (key === undefined || target === undefined) return undefined;
  const { data, binaryData } = asJson(target);
  if ([data, binaryData].some((map) => isJsonObject(map) && Object.hasOwn(map, key))) return undefined;
  return {
    rule: 'reference-key',
    message: `${printPath(path.slice(0, -1))} names the key ${key}, which the ConfigMap ${name} does not have`,
    mend: 'Add the key to the ConfigMap, or mend its name',
  };
}
