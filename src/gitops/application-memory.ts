import type { Request } from '../controller/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { ApplicationStore } from './application-store.ts';
import { HealHistory } from './auto-sync.ts';
import type { RenderMemory } from './render.ts';
import { applicationKey } from './tracking.ts';

/** What is remembered of an Application between reconciliations; all of it can be found out again. */
export interface Remembered {
  readonly renderings: RenderMemory;
  readonly heals: HealHistory;
  /** Repositories that it reads from. */
  urls: ReadonlySet<string>;
}

/** What is remembered of every Application. */
export class ApplicationMemory {
  readonly #remembered = new Map<string, Remembered>();

  of({ metadata }: { readonly metadata: { readonly name: string; readonly namespace: string } }): Remembered {
    const key = `${metadata.namespace}/${metadata.name}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const fresh: Remembered = { renderings: new Map(), heals: new HealHistory(), urls: new Set() };
    this.#remembered.set(key, fresh);
    return fresh;
  }

  forget({ namespace = '', name }: Request): void {
    this.#remembered.delete(`${namespace}/${name}`);
  }

  /** The Applications that read from the repository. */
  readersOf(url: string): readonly Request[] {
    const readers: Request[] = [];
    for (const [key, { urls }] of this.#remembered) {
      const slash = key.indexOf('/');
      if (urls.has(url)) readers.push({ namespace: key.slice(0, slash), name: key.slice(slash + 1) });
    }
    return readers;
  }

  /** The Application of that name in tracking ids, if it exists. */
  find(
    application: string,
    ports: { readonly applications: ApplicationStore; readonly home: string },
  ): KubeObject | undefined {
    return ports.applications.get(applicationKey(application, ports.home));
  }
}
