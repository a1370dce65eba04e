import type { JsonValue } from '../../../core/index.ts';
import { apiVersionOf, asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { Form } from '../http/negotiate.ts';
import { served } from '../resources/resource-type.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Entry } from '../store/entry.ts';
import { tableOf } from '../tables/table.ts';
import { entryBytes, partial } from './render.ts';
import type { IncludeObject } from './render.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** How one watcher wants to see objects. */
export interface WatchForm {
  readonly type: ResourceType;
  readonly form: Form;
  readonly include: IncludeObject;
}

const STARTS = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
} as const satisfies Record<EventType, Buffer>;
const END = Buffer.from('}\n');

/** Writes the lines of one watch, in their order. */
export class EventEncoder {
  readonly #form: WatchForm;
  readonly #now: () => number;
  #first = true;

  constructor(form: WatchForm, now: () => number) {
    this.#form = form;
    this.#now = now;
  }

  /** The line in parts; the bytes of the object are the store's own where nothing differs. */
  encode(type: EventType, entry: Entry): readonly Buffer[] {
    return [STARTS[type], this.#object(entry), END];
  }

  /** Says that everything up to `version` has been sent. */
  bookmark(version: number, initialEventsEnd = false): Buffer {
    const { type, form } = this.#form;
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = { resourceVersion: String(version), creationTimestamp: null, ...annotations };
    const object: KubeObject = {
      kind: type.kind,
      apiVersion: apiVersionOf(type),
      metadata: metadata as unknown as KubeObject['metadata'],
    };
    const json = JSON.stringify(this.#formed(object));
    return Buffer.from(`{"type":"BOOKMARK","object":${form.as === 'Table' ? this.#emptyTable(version) : json}}\n`);
  }

  #object(entry: Entry): Buffer {
    const { type, form } = this.#form;
    if (form.as === 'object') return entryBytes(type, entry);
    return Buffer.from(JSON.stringify(this.#formed(served(type, entry.object()))));
  }

  #formed(object: KubeObject): JsonValue {
    const { form } = this.#form;
    if (form.as === 'object') return asJson(object);
    if (form.as === 'Table') return this.#table([object], object.metadata.resourceVersion ?? '');
    return partial(object, form.version);
  }

  #emptyTable(version: number): string {
    return JSON.stringify(this.#table([], String(version)));
  }

  #table(objects: readonly KubeObject[], resourceVersion: string): JsonValue {
    const { type, form, include } = this.#form;
    const columns = this.#first;
    this.#first = false;
    const version = form.as === 'object' ? 'v1' : form.version;
    return tableOf(type, objects, { now: this.#now(), version, include, columns, metadata: { resourceVersion } });
  }
}
