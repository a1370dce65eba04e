import type { Request } from '../controller/index.ts';
import type { KubeObject } from '../kube/index.ts';
import type { ApplicationStore } from './application-store.ts';
import { HealHistory } from './auto-sync.ts';
import type { Comparison } from './comparison.ts';
import type { DesiredState } from './desired.ts';
import type { RenderMemory } from './render.ts';
import { applicationKey } from './tracking.ts';

/** What is remembered of an Application between reconciliations; all of it can be found out again. */
export interface Remembered {
  readonly renderings: RenderMemory;
  readonly heals: HealHistory;
  /** What its renderings came to when they were last placed in a cluster. */
  placed?: Placed;
  /** How that compared with the cluster, as long as neither has changed. */
  compared?: Compared;
}

interface Placed {
  /** Everything that the placing depended on. */
  readonly inputs: readonly unknown[];
  readonly desired: DesiredState;
}

interface Compared {
  readonly inputs: readonly unknown[];
  readonly comparison: Comparison;
}

/** Whether two lists hold the very same things. */
export function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** What is remembered of every Application. */
export class ApplicationMemory {
  readonly #remembered = new Map<string, Remembered>();

  of({ metadata }: { readonly metadata: { readonly name: string; readonly namespace: string } }): Remembered {
    const key = `${metadata.namespace}/${metadata.name}`;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const fresh: Remembered = { renderings: new Map(), heals: new HealHistory() };
    this.#remembered.set(key, fresh);
    return fresh;
  }

  forget({ namespace = '', name }: Request): void {
    this.#remembered.delete(`${namespace}/${name}`);
  }

  /** The Application of that name in tracking ids, if it exists. */
  find(
    application: string,
    ports: { readonly applications: ApplicationStore; readonly home: string },
  ): KubeObject | undefined {
    return ports.applications.get(applicationKey(application, ports.home));
  }
}
