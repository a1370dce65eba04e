import type { Request } from '../../controller/index.ts';

/** What is remembered of a set between reconciliations; all of it can be found out again. */
export interface RememberedSet {
  /** Repositories that its generators read. */
  readonly repositories: Set<string>;
  /** When a pass last removed Applications, milliseconds since the epoch. */
  lastPass?: number;
}

export class SetMemory {
  readonly #sets = new Map<string, { readonly request: Request; readonly remembered: RememberedSet }>();

  of(request: Request): RememberedSet {
    const key = `${request.namespace ?? ''}/${request.name}`;
    const known = this.#sets.get(key);
    if (known !== undefined) return known.remembered;
    const remembered = { repositories: new Set<string>() };
    this.#sets.set(key, { request, remembered });
    return remembered;
  }

  forget({ namespace = '', name }: Request): void {
    this.#sets.delete(`${namespace}/${name}`);
  }

  readersOf(url: string): readonly Request[] {
    return [...this.#sets.values()].flatMap(({ request, remembered }) =>
      remembered.repositories.has(url) ? [request] : [],
    );
  }
}
