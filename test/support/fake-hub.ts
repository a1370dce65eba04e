import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '../../src/core/index.ts';
import { apiVersionOf } from '../../src/kube/index.ts';
import type { GroupVersionKind, KubeClient, KubeObject, WatchEvent, WatchOptions } from '../../src/kube/index.ts';

type Change = (object: KubeObject) => KubeObject;

/** A hub in memory: list and watch, and objects that a test changes. */
export class FakeHub implements Pick<KubeClient, 'list' | 'watch'> {
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<{ readonly gvk: GroupVersionKind; readonly push: (event: WatchEvent) => void }>();
  #version = 0;

  constructor(objects: readonly KubeObject[] = []) {
    for (const object of objects) this.put(object);
  }

  put(object: KubeObject): void {
    const key = keyOf(object.kind, object.metadata.name ?? '');
    const type = this.#objects.has(key) ? 'MODIFIED' : 'ADDED';
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    this.#objects.set(key, stored);
    this.#tell({ type, object: stored });
  }

  change(kind: string, name: string, change: Change): void {
    this.put(change(this.get(kind, name)));
  }

  get(kind: string, name: string): KubeObject {
    const object = this.#objects.get(keyOf(kind, name));
    if (object === undefined) throw new Error(`The hub has no ${kind} ${name}`);
    return object;
  }

  async list(gvk: GroupVersionKind): ReturnType<KubeClient['list']> {
    const items = [...this.#objects.values()].filter((object) => isOf(object, gvk));
    const metadata = { resourceVersion: String(this.#version) };
    return { apiVersion: apiVersionOf(gvk), kind: `${gvk.kind}List`, metadata, items };
  }

  async *watch(gvk: GroupVersionKind, { signal }: WatchOptions): AsyncIterable<WatchEvent> {
    const queue: WatchEvent[] = [];
    let wake = Promise.withResolvers<undefined>();
    const watcher = {
      gvk,
      push: (event: WatchEvent) => {
        queue.push(event);
        wake.resolve(undefined);
      },
    };
    this.#watchers.add(watcher);
    signal?.addEventListener('abort', () => wake.resolve(undefined), { once: true });
    try {
      while (signal?.aborted !== true) {
        yield* queue.splice(0);
        await wake.promise;
        wake = Promise.withResolvers();
      }
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #tell(event: WatchEvent): void {
    for (const { gvk, push } of this.#watchers) if (isOf(event.object, gvk)) push(event);
  }
}

/** A hub in the middle of two promotions. */
export function sampleHub(): FakeHub {
  const file = fileURLToPath(new URL('../../src/server/testdata/hub.yaml', import.meta.url));
  return new FakeHub(parseYaml(readFileSync(file, 'utf8')) as unknown as KubeObject[]);
}

/** The promotion of the sample hub that is on its way into `environment`. */
export const OPEN_PROMOTIONS = {
  staging: 'stoa-gateway-2ffce074a8d7-staging',
  prod: 'stoa-gateway-81326fbb1e06-prod',
} as const;

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}

function isOf(object: KubeObject, gvk: GroupVersionKind): boolean {
  return object.kind === gvk.kind && object.apiVersion === apiVersionOf(gvk);
}
