/**
 * A set of field paths as a trie, keyed by path elements in the notation of FieldsV1 (`f:name`, `k:{…}`, `v:…`, `i:n`).
 * `self` says whether the path to this node is in the set. Immutable: operations share what they do not change.
 */
export class FieldSet {
  static readonly EMPTY = new FieldSet(false, new Map());
  /** The path itself and nothing below it. */
  static readonly LEAF = new FieldSet(true, new Map());

  readonly self: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;

  private constructor(self: boolean, children: ReadonlyMap<string, FieldSet>) {
    this.self = self;
    this.children = children;
  }

  static of(self: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
    if (children.size === 0) return self ? FieldSet.LEAF : FieldSet.EMPTY;
    return new FieldSet(self, children);
  }

  /** The set of the given paths. */
  static from(paths: Iterable<readonly string[]>): FieldSet {
    let set = FieldSet.EMPTY;
    for (const path of paths) set = set.union(FieldSet.#path(path));
    return set;
  }

  static #path(path: readonly string[]): FieldSet {
    return path.reduceRight((below, element) => FieldSet.of(false, new Map([[element, below]])), FieldSet.LEAF);
  }

  get isEmpty(): boolean {
    return !this.self && this.children.size === 0;
  }

  child(element: string): FieldSet {
    return this.children.get(element) ?? FieldSet.EMPTY;
  }

  withSelf(self: boolean): FieldSet {
    return self === this.self ? this : FieldSet.of(self, this.children);
  }

  has(path: readonly string[]): boolean {
    const end = path.reduce<FieldSet | undefined>((set, element) => set?.children.get(element), this);
    return end?.self === true;
  }

  union(other: FieldSet): FieldSet {
    if (other.isEmpty || other === this) return this;
    if (this.isEmpty) return other;
    const grown = new Map<string, FieldSet>();
    for (const [element, set] of other.children) {
      const mine = this.children.get(element);
      const both = mine === undefined ? set : mine.union(set);
      if (both !== mine) grown.set(element, both);
    }
    if (grown.size === 0 && (this.self || !other.self)) return this;
    return FieldSet.of(this.self || other.self, new Map([...this.children, ...grown]));
  }

  intersection(other: FieldSet): FieldSet {
    return this.#map(this.self && other.self, (set, element) => set.intersection(other.child(element)));
  }

  /** Without exactly the paths of `other`. */
  difference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    return this.#map(this.self && !other.self, (set, element) => set.difference(other.child(element)));
  }

  /** Without the paths of `other` and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    if (other.isEmpty) return this;
    if (other.self) return FieldSet.EMPTY;
    return this.#map(this.self, (set, element) => set.recursiveDifference(other.child(element)));
  }

  /** Only the paths that have none below them. */
  leaves(): FieldSet {
    return this.#map(this.self && this.children.size === 0, (set) => set.leaves());
  }

  equals(other: FieldSet): boolean {
    if (this === other) return true;
    if (this.self !== other.self || this.children.size !== other.children.size) return false;
    for (const [element, set] of this.children) if (!set.equals(other.child(element))) return false;
    return true;
  }

  /** Every path of the set, shorter ones first within a branch. */
  *paths(prefix: readonly string[] = []): Generator<readonly string[]> {
    if (this.self) yield prefix;
    for (const [element, set] of this.children) yield* set.paths([...prefix, element]);
  }

  /** The same paths but for those below each child, which `change` gives. */
  mapChildren(change: (set: FieldSet, element: string) => FieldSet): FieldSet {
    return this.#map(this.self, change);
  }

  #map(self: boolean, change: (set: FieldSet, element: string) => FieldSet): FieldSet {
    const children = new Map<string, FieldSet>();
    let same = self === this.self;
    for (const [element, set] of this.children) {
      const changed = change(set, element);
      if (changed !== set) same = false;
      if (!changed.isEmpty) children.set(element, changed);
    }
    return same ? this : FieldSet.of(self, children);
  }
}
