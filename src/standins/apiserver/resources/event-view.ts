import type { KubeObject } from '../../../kube/index.ts';
import type { View } from './resource-type.ts';

/** Members that only changed their names between `v1` and `events.k8s.io/v1`. */
const RENAMED: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function rename(object: KubeObject, names: ReadonlyMap<string, string>, apiVersion: string): KubeObject {
  const members = Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]);
  return { ...(Object.fromEntries(members) as KubeObject), apiVersion };
}

const TO_EVENTS = new Map(RENAMED);
const TO_CORE = new Map(RENAMED.map(([core, events]) => [events, core] as const));

/** `events.k8s.io/v1` Event, kept as a core Event. */
export const eventView: View = {
  fromKept: (object) => rename(object, TO_EVENTS, 'events.k8s.io/v1'),
  toKept: (object) => rename(object, TO_CORE, 'v1'),
};
