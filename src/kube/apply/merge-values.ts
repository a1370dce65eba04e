import { jsonEqual } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { setOwn } from '../patch/merge-patch.ts';
import type { SchemaNode } from '../schema-node.ts';
import { itemElement } from './path-element.ts';
import { itemsOf, memberNode, membersOf, shapeOf } from './shape.ts';
import type { Shape } from './shape.ts';

type ListShape = Extract<Shape, { kind: 'list' }>;

/** What `live` becomes when `config` is applied to it: `config` wins, the rest stays. Shares what does not change. */
export function mergeValues(live: JsonValue | undefined, config: JsonValue, node: SchemaNode): JsonValue {
  if (live === undefined || live === config) return config;
  const shape = shapeOf(node, config);
  switch (shape.kind) {
    case 'leaf':
      return jsonEqual(live, config) ? live : config;
    case 'map':
      return mergeMaps(membersOf(live), config, shape.node);
    case 'list':
      return mergeLists(Array.isArray(live) ? live : undefined, config, shape);
  }
}

function mergeMaps(live: JsonObject | undefined, config: JsonValue, node: SchemaNode): JsonValue {
  const members = membersOf(config);
  if (live === undefined || Object.keys(live).length === 0) return config;
  if (members === undefined) return live; // null asks for nothing
  const changed = new Map<string, JsonValue>();
  for (const [name, member] of Object.entries(members)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    const after = mergeValues(before, member, memberNode(node, name));
    if (after !== before) changed.set(name, after);
  }
  if (changed.size === 0) return live;
  const merged = { ...live };
  for (const [name, member] of changed) setOwn(merged, name, member);
  return merged;
}

function mergeLists(live: JsonValue[] | undefined, config: JsonValue, shape: ListShape): JsonValue {
  const items = itemsOf(config);
  if (live === undefined || live.length === 0) return config;
  if (items === undefined) return live; // null asks for nothing
  const merged = new ListMerge(live, items, shape).run();
  return merged.length === live.length && merged.every((item, index) => item === live[index]) ? live : merged;
}

/**
 * Merges two lists by element: the items of `config` in its order, those of `live` alone where they were, relative to
 * the items that both have.
 */
class ListMerge {
  readonly #live: readonly JsonValue[];
  readonly #config: readonly JsonValue[];
  readonly #items: SchemaNode;
  readonly #liveElements: readonly string[];
  readonly #configElements: readonly string[];
  readonly #liveIndex: ReadonlyMap<string, JsonValue | undefined>;
  readonly #inConfig: ReadonlySet<string>;
  /** Elements of both lists that are still to come, in the order of `config`. */
  readonly #shared: string[];
  readonly #merged = new Set<string>();
  readonly #out: JsonValue[] = [];
  #left = 0;
  #right = 0;

  constructor(live: readonly JsonValue[], config: readonly JsonValue[], shape: ListShape) {
    const elementOf = (item: JsonValue): string => itemElement(shape.node, item) ?? 'k:{}';
    this.#live = live;
    this.#config = config;
    this.#items = shape.node.items;
    this.#liveElements = live.map(elementOf);
    this.#configElements = config.map(elementOf);
    this.#liveIndex = indexUnique(live, this.#liveElements);
    this.#inConfig = new Set(this.#configElements);
    this.#shared = this.#configElements.filter((element) => this.#liveIndex.has(element));
  }

  run(): JsonValue[] {
    while (this.#left < this.#live.length || this.#right < this.#config.length) this.#step();
    return this.#out;
  }

  #step(): void {
    const mine = this.#liveElements[this.#left];
    const theirs = this.#configElements[this.#right];
    if (theirs !== undefined && mine === theirs) {
      this.#left++;
      this.#takeConfig(theirs);
    } else if (mine !== undefined && this.#isPlacedElsewhere(mine)) {
      this.#left++;
    } else if (mine !== undefined && !this.#inConfig.has(mine)) {
      this.#out.push(this.#live[this.#left++] ?? null);
    } else if (theirs !== undefined) {
      this.#takeConfig(theirs);
    }
  }

  /** A live item that was merged already, or that `config` has after another shared item. */
  #isPlacedElsewhere(element: string): boolean {
    if (!this.#inConfig.has(element)) return false;
    return this.#merged.has(element) || (this.#shared.length > 0 && this.#shared[0] !== element);
  }

  #takeConfig(element: string): void {
    const item = this.#config[this.#right++] ?? null;
    this.#out.push(mergeValues(this.#liveIndex.get(element), item, this.#items));
    this.#merged.add(element);
    if (this.#shared[0] === element) this.#shared.shift();
  }
}

/** Items that are repeated are not merged with, so they are `undefined` here. */
function indexUnique(items: readonly JsonValue[], elements: readonly string[]): Map<string, JsonValue | undefined> {
  const index = new Map<string, JsonValue | undefined>();
  for (const [position, element] of elements.entries()) {
    index.set(element, index.has(element) ? undefined : items[position]);
  }
  return index;
}
