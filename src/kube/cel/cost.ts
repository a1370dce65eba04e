import type { ASTNode } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../core/index.ts';
import { identifierOf } from './property-name.ts';
import { asSchema, kindOf } from './schema-kind.ts';

/** How large what the expression reads may be. */
export interface Measure {
  /** Of a list or map at a place of a schema. */
  sizeOf(schema: JsonObject): number;
  /** Of any other list, map or text. */
  readonly largest: number;
}

type Scope = ReadonlyMap<string, JsonObject | undefined>;

const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
/** Operators and functions that walk through what they are given. */
const WALKS: ReadonlySet<string> = new Set(['==', '!=', 'in', '+', 'call', 'rcall']);
/** Units of a text or list that count as one step. */
const PER_STEP = 64;

/** The most steps that an expression can take: the nodes of its tree, those within loops for each turn. */
export function costOf(expression: ASTNode, variables: Scope, measure: Measure): number {
  return new Estimate(measure).cost(expression, variables);
}

class Estimate {
  readonly #measure: Measure;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  cost(node: ASTNode, scope: Scope): number {
    if (node.op === 'rcall') {
      const [name, receiver, parameters] = node.args;
      const [variable, ...bodies] = parameters;
      if (LOOPS.has(name) && variable?.op === 'id') {
        const inner = new Map(scope).set(variable.args, elementOf(schemaOf(receiver, scope)));
        const turn = bodies.reduce((sum, body) => sum + this.cost(body, inner), 1);
        return this.cost(receiver, scope) + this.#size(receiver, scope) * turn;
      }
    }
    const own = WALKS.has(node.op) ? 1 + this.#measure.largest / PER_STEP : 1;
    return childrenOf(node).reduce((sum, child) => sum + this.cost(child, scope), own);
  }

  #size(node: ASTNode, scope: Scope): number {
    if (node.op === 'list') return node.args.length;
    if (node.op === '+') return this.#size(node.args[0], scope) + this.#size(node.args[1], scope);
    if (node.op === 'rcall' && LOOPS.has(node.args[0])) return this.#size(node.args[1], scope);
    const schema = schemaOf(node, scope);
    return schema === undefined ? this.#measure.largest : this.#measure.sizeOf(schema);
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}

/** The nodes right below one. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  const { args } = node;
  if (isNode(args)) return [args];
  if (!Array.isArray(args)) return [];
  const parts: readonly unknown[] = args;
  return parts.flat(2).filter(isNode);
}

/** What a turn of a loop over it sees: the items of a list, the keys of a map. */
function elementOf(schema: JsonObject | undefined): JsonObject | undefined {
  const kind = kindOf(schema);
  return kind.kind === 'list' ? kind.of : undefined;
}

function schemaOf(node: ASTNode, scope: Scope): JsonObject | undefined {
  if (node.op === 'id') return scope.get(node.args);
  if (node.op === '.' || node.op === '.?') return propertyOf(schemaOf(node.args[0], scope), node.args[1]);
  if (node.op === '[]' || node.op === '[?]') return indexed(schemaOf(node.args[0], scope));
  if (node.op === 'rcall' && ['filter', 'orValue', 'value'].includes(node.args[0]))
    return schemaOf(node.args[1], scope);
  return undefined;
}

function propertyOf(schema: JsonObject | undefined, identifier: string): JsonObject | undefined {
  const kind = kindOf(schema);
  if (kind.kind === 'map') return kind.of;
  if (kind.kind !== 'object') return undefined;
  const property = Object.keys(kind.properties).find((name) => identifierOf(name) === identifier);
  return property === undefined ? undefined : asSchema(kind.properties[property]);
}

function indexed(schema: JsonObject | undefined): JsonObject | undefined {
  const kind = kindOf(schema);
  return kind.kind === 'map' || kind.kind === 'list' ? kind.of : undefined;
}

/** Calls `visit` for a node and every one below it. */
export function walk(node: ASTNode, visit: (node: ASTNode) => void): void {
  visit(node);
  for (const child of childrenOf(node)) walk(child, visit);
}
