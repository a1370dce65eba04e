import { Environment, Optional } from '@marcbachmann/cel-js';
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js';
import { AppError } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { toCelValue } from './cel-value.ts';
import type { Sizes } from './cel-value.ts';
import { costOf, walk } from './cost.ts';
import { DeclaredTypes } from './declared-types.ts';
import { addLists } from './library-lists.ts';
import { addNetwork } from './library-network.ts';
import { addQuantities } from './library-quantity.ts';
import { MATCHES, addStrings, regularExpression } from './library-strings.ts';
import { mostMembers } from './schema-size.ts';

/** An expression that is none, or that cannot be evaluated for the values given. */
export class ExpressionError extends AppError {
  override readonly name = 'ExpressionError';
  readonly code = 'EXPRESSION';
}

/** A variable that expressions may use. */
export interface ExpressionVariable {
  /** OpenAPI schema of its values, by which the expression is checked. @default none: values are dynamic */
  readonly schema?: JsonObject;
  /** The expression sees an optional value, which is empty where none is given. @default false */
  readonly optional?: boolean;
}

export interface CompileOptions {
  readonly variables: Readonly<Record<string, ExpressionVariable>>;
  /** What it must evaluate to. */
  readonly result: 'bool' | 'string';
}

/** How many steps evaluations may still take together. */
export interface CostBudget {
  left: number;
}

export interface Expression {
  /** Whether the variable is in it. */
  uses(variable: string): boolean;
  /**
   * @throws ExpressionError when it cannot be evaluated (no such key, division by zero), or when it would take more
   *   steps than `budget` has left
   */
  evaluate(values: Readonly<Record<string, JsonValue | undefined>>, budget: CostBudget): boolean | string;
}

/** Steps that one expression may take for the largest values that its schemas allow. */
const MAX_ESTIMATE = 1_000_000_000;
const MAX_LENGTH = 16_384;

/** CEL with what Kubernetes adds. @see https://kubernetes.io/docs/reference/using-api/cel/ */
const LIBRARY = library();

function library(): Environment {
  const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false });
  addStrings(environment);
  addLists(environment);
  addNetwork(environment);
  addQuantities(environment);
  return environment;
}

/** @throws ExpressionError for what is no expression, has another type, or may take too long */
export function compileExpression(source: string, options: CompileOptions): Expression {
  if (source.length > MAX_LENGTH) throw new ExpressionError(`must have at most ${MAX_LENGTH} characters`);
  checkTypes(source, options);
  const dynamic = LIBRARY.clone();
  for (const name of Object.keys(options.variables)) dynamic.registerVariable(name, 'dyn');
  const program = parse(dynamic, source);
  const compiled = new CompiledExpression(program, options);
  compiled.requireBounded();
  return compiled;
}

/** Types are checked apart: values are then dynamic, which compares nested objects as the language says. */
function checkTypes(source: string, { variables, result }: CompileOptions): void {
  const typed = LIBRARY.clone();
  const types = new DeclaredTypes(typed);
  for (const [name, { schema, optional = false }] of Object.entries(variables)) {
    const type = types.nameOf(schema);
    typed.registerVariable(name, optional ? `optional<${type}>` : type);
  }
  const { valid, type = '', error } = parse(typed, source).check();
  if (!valid) throw new ExpressionError(summaryOf(error), { cause: error });
  if (type !== result && type !== 'dyn') throw new ExpressionError(`must evaluate to a ${result}`);
}

function parse(environment: Environment, source: string): ParseResult {
  try {
    const program = environment.parse(source);
    walk(program.ast, prepareCall);
    return program;
  } catch (error) {
    throw new ExpressionError(summaryOf(error), { cause: error });
  }
}

/** Regular expressions are RE2's, and those that are written out must be some. */
function prepareCall(node: ASTNode): void {
  if (node.op !== 'rcall' && node.op !== 'call') return;
  if (node.args[0] === 'matches') node.args[0] = MATCHES;
  if (![MATCHES, 'find', 'findAll'].includes(node.args[0])) return;
  const pattern = node.op === 'rcall' ? node.args[2][0] : node.args[1][1];
  if (pattern?.op === 'value' && typeof pattern.args === 'string') regularExpression(pattern.args);
}

/** Of the library's errors the line that says it, without the source around it. */
function summaryOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message;
}

class CompiledExpression implements Expression {
  readonly #program: ParseResult;
  readonly #options: CompileOptions;
  readonly #schemas: ReadonlyMap<string, JsonObject | undefined>;
  readonly #used: ReadonlySet<string>;
  /** Each may make a text twice as long. */
  readonly #bindings: number;

  constructor(program: ParseResult, options: CompileOptions) {
    this.#program = program;
    this.#options = options;
    this.#schemas = new Map(Object.entries(options.variables).map(([name, { schema }]) => [name, schema]));
    const used = new Set<string>();
    let bindings = 0;
    walk(program.ast, (node) => {
      if (node.op === 'id') used.add(node.args);
      if (node.op === 'rcall' && node.args[0] === 'bind') bindings++;
    });
    this.#used = used;
    this.#bindings = bindings;
  }

  requireBounded(): void {
    const cost = costOf(this.#program.ast, this.#schemas, { sizeOf: mostMembers, largest: 0 });
    if (cost <= MAX_ESTIMATE) return;
    const factor = (cost / MAX_ESTIMATE).toFixed(1);
    throw new ExpressionError(
      `estimated rule cost exceeds budget by factor of ${factor}x (try simplifying the rule, or adding maxItems, ` +
        'maxProperties, and maxLength where arrays, maps, and strings are declared)',
    );
  }

  uses(variable: string): boolean {
    return this.#used.has(variable);
  }

  evaluate(values: Readonly<Record<string, JsonValue | undefined>>, budget: CostBudget): boolean | string {
    const sizes: Sizes = { bySchema: new Map(), largest: 0 };
    const context = this.#contextOf(values, sizes);
    const largest = sizes.largest * 2 ** this.#bindings;
    const sizeOf = (schema: JsonObject): number => sizes.bySchema.get(schema) ?? 0;
    budget.left -= costOf(this.#program.ast, this.#schemas, { sizeOf, largest });
    if (budget.left < 0) throw new ExpressionError('call cost exceeds limit');
    const result = this.#run(context);
    if (typeof result === 'boolean' || typeof result === 'string') return result;
    throw new ExpressionError(`must evaluate to a ${this.#options.result}`);
  }

  #contextOf(values: Readonly<Record<string, JsonValue | undefined>>, sizes: Sizes): Record<string, unknown> {
    const context: Record<string, unknown> = {};
    for (const [name, { schema, optional }] of Object.entries(this.#options.variables)) {
      if (!this.#used.has(name)) continue;
      const given = values[name];
      const value = given === undefined ? undefined : toCelValue(given, schema, sizes);
      if (optional === true) context[name] = value === undefined ? Optional.none() : Optional.of(value);
      else if (value !== undefined) context[name] = value;
    }
    return context;
  }

  #run(context: Record<string, unknown>): unknown {
    try {
      return this.#program(context);
    } catch (error) {
      throw new ExpressionError(summaryOf(error), { cause: error });
    }
  }
}
