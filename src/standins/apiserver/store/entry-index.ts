import type { Entry } from './entry.ts';

/** Finds objects by UID, and the dependents of an owner. */
export class EntryIndex {
  readonly #byUid = new Map<string, Entry>();
  readonly #dependents = new Map<string, Map<string, Entry>>();

  byUid(uid: string): Entry | undefined {
    return this.#byUid.get(uid);
  }

  /** The objects that name the owner with this UID. */
  dependentsOf(uid: string): readonly Entry[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  replace(before: Entry | undefined, after: Entry | undefined): void {
    if (before !== undefined) this.#drop(before);
    if (after !== undefined) this.#add(after);
  }

  #add(entry: Entry): void {
    const { uid, owners = [] } = entry.header;
    this.#byUid.set(uid, entry);
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner) ?? new Map<string, Entry>();
      this.#dependents.set(owner, dependents.set(uid, entry));
    }
  }

  #drop(entry: Entry): void {
    const { uid, owners = [] } = entry.header;
    this.#byUid.delete(uid);
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner);
    }
  }
}
