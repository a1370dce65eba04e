import { SelectorError, parseFieldSelector, parseLabelSelector } from '../../../kube/index.ts';
import type { KubeObject, LabelMatcher } from '../../../kube/index.ts';
import type { Call } from '../cluster.ts';
import { badRequest } from '../status.ts';
import { served } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Entry } from '../store/entry.ts';
import { fieldOf } from './selectable-fields.ts';

/** Which objects a list, a watch or a deletion of a collection is about. */
export interface Selection {
  readonly namespace: string | undefined;
  /** Neither labels nor fields are asked for. */
  readonly everything: boolean;
  matches(entry: Entry): boolean;
}

interface FieldTest {
  /** What a cheap look at the entry tells; `undefined` when the object must be parsed. */
  readonly ofEntry: ((entry: Entry) => string) | undefined;
  readonly ofObject: (object: KubeObject) => string;
  readonly equal: boolean;
  readonly value: string;
}

/** @throws ApiError 400 on selectors that cannot be read or that the resource does not support */
export function selectionOf(call: Call): Selection {
  const labels = labelMatcher(call.params.get('labelSelector') ?? '');
  const tests = fieldTests(call.type, call.params.get('fieldSelector') ?? '');
  if (call.info.name !== '') tests.push(nameTest(call.info.name));
  const namespace = call.info.namespace === '' || !call.type.namespaced ? undefined : call.info.namespace;
  return {
    namespace,
    everything: labels === undefined && tests.length === 0,
    matches: (entry) =>
      (namespace === undefined || entry.namespace === namespace) &&
      (labels === undefined || labels(entry.header.labels)) &&
      passes(call.type, entry, tests),
  };
}

function labelMatcher(text: string): LabelMatcher | undefined {
  if (text.trim() === '') return undefined;
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function nameTest(name: string): FieldTest {
  return { ofEntry: (entry) => entry.name, ofObject: () => '', equal: true, value: name };
}

const OF_ENTRY: ReadonlyMap<string, (entry: Entry) => string> = new Map([
  ['metadata.name', (entry: Entry) => entry.name],
  ['metadata.namespace', (entry: Entry) => entry.namespace],
]);

function fieldTests(type: ResourceType, text: string): FieldTest[] {
  try {
    return parseFieldSelector(text).map(({ field, operator, value }) => {
      const ofEntry = OF_ENTRY.get(field);
      const ofObject = ofEntry === undefined ? fieldOf(type, field) : () => '';
      if (ofObject === undefined) throw badRequest(`field label not supported: ${field}`);
      return { ofEntry, ofObject, equal: operator === '=', value };
    });
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function passes(type: ResourceType, entry: Entry, tests: readonly FieldTest[]): boolean {
  let object: KubeObject | undefined;
  return tests.every((test) => {
    const value = test.ofEntry?.(entry) ?? test.ofObject((object ??= served(type, entry.object())));
    return (value === test.value) === test.equal;
  });
}
