import { formatValue, isList, isMap, isTruthy, typeName } from './go-value.ts';
import type { GoValue } from './go-value.ts';
import type { Block, Command, Operand, Pipe, Statement, Template } from './syntax.ts';
import { TemplateError } from './template-error.ts';

export type TemplateFunction = (...args: readonly GoValue[]) => GoValue;

export interface Execution {
  readonly functions: ReadonlyMap<string, TemplateFunction>;
  readonly missingKeyIsError: boolean;
}

const MAX_OUTPUT = 4 * 1024 * 1024;
const MAX_STEPS = 200_000;
const MAX_DEPTH = 100;

/** Go on with the next turn of a range, or leave it. */
class LoopSignal extends Error {
  readonly leaves: boolean;
  constructor(leaves: boolean) {
    super('left a range');
    this.leaves = leaves;
  }
}

/** What a template comes to for given data. @throws {TemplateError} in Go's words, and beyond the limits of size and work */
export function executeTemplate(template: Template, data: GoValue, execution: Execution): string {
  return new Run(template, data, execution).run();
}

interface Variable {
  readonly name: string;
  value: GoValue;
}

class Run {
  readonly #template: Template;
  readonly #execution: Execution;
  #variables: Variable[];
  readonly #data: GoValue;
  #output = '';
  #steps = 0;
  #depth = 0;

  constructor(template: Template, data: GoValue, execution: Execution) {
    this.#template = template;
    this.#data = data;
    this.#execution = execution;
    this.#variables = [{ name: '$', value: data }];
  }

  run(): string {
    this.#block(this.#template.body, this.#data);
    return this.#output;
  }

  #error(at: { readonly offset: number; readonly text: string }, message: string, missingKey = false): TemplateError {
    const before = this.#template.source.slice(0, at.offset).split('\n');
    const place = `${before.length}:${before.at(-1)?.length ?? 0}`;
    const shown = at.text.length > 20 ? `${at.text.slice(0, 20)}...` : at.text;
    return new TemplateError(`template: base:${place}: executing "base" at <${shown}>: ${message}`, missingKey);
  }

  #write(text: string): void {
    this.#output += text;
    if (this.#output.length > MAX_OUTPUT) throw new TemplateError('template: base: output is too large');
  }

  #step(): void {
    if (++this.#steps > MAX_STEPS) throw new TemplateError('template: base: takes too many steps');
  }

  #block(block: Block, dot: GoValue): void {
    for (const statement of block) this.#statement(statement, dot);
  }

  #statement(statement: Statement, dot: GoValue): void {
    this.#step();
    switch (statement.kind) {
      case 'text':
        this.#write(statement.text);
        return;
      case 'action': {
        const value = this.#pipe(statement.pipe, dot);
        if (statement.pipe.variables.length === 0) this.#write(formatValue(value));
        return;
      }
      case 'template':
        this.#invoke(statement, dot);
        return;
      case 'range':
        this.#scoped(() => {
          this.#range(statement, dot);
        });
        return;
      case 'break':
      case 'continue':
        throw new LoopSignal(statement.kind === 'break');
      default:
        this.#scoped(() => {
          this.#choose(statement, dot);
        });
    }
  }

  #choose(statement: Extract<Statement, { kind: 'if' | 'with' | 'range' }>, dot: GoValue): void {
    const value = this.#pipe(statement.pipe, dot);
    if (isTruthy(value)) this.#block(statement.body, statement.kind === 'with' ? value : dot);
    else this.#block(statement.otherwise, dot);
  }

  /** Variables that are declared in it end with it. */
  #scoped(work: () => void): void {
    const kept = this.#variables.length;
    try {
      work();
    } finally {
      this.#variables.length = kept;
    }
  }

  #range({ pipe, body, otherwise }: Extract<Statement, { kind: 'if' | 'with' | 'range' }>, dot: GoValue): void {
    const value = this.#pipe({ ...pipe, variables: [] }, dot);
    const entries = this.#entries(value, pipe);
    if (entries.length === 0) {
      this.#block(otherwise, dot);
      return;
    }
    for (const [key, item] of entries) {
      this.#step();
      if (this.#turn({ pipe, key, item, body })) return;
    }
  }

  #entries(value: GoValue, pipe: Pipe): readonly (readonly [GoValue, GoValue])[] {
    if (isList(value)) return value.map((item, index) => [BigInt(index), item] as const);
    if (isMap(value))
      return Object.keys(value)
        .sort()
        .map((key) => [key, value[key]] as const);
    if (typeof value === 'bigint') return countTo(value);
    if (value === undefined || value === null) return [];
    const [command] = pipe.commands;
    throw this.#error(
      { offset: command?.offset ?? 0, text: command?.text ?? '' },
      `range can't iterate over ${formatValue(value)}`,
    );
  }

  /** @returns whether the range is left */
  #turn({ pipe, key, item, body }: { pipe: Pipe; key: GoValue; item: GoValue; body: Block }): boolean {
    const kept = this.#variables.length;
    const names = pipe.variables;
    const values = names.length > 1 ? [key, item] : [item];
    for (const [index, name] of names.entries()) this.#variables.push({ name, value: values[index] });
    try {
      this.#block(body, item);
      return false;
    } catch (error) {
      if (!(error instanceof LoopSignal)) throw error;
      return error.leaves;
    } finally {
      this.#variables.length = kept;
    }
  }

  #invoke({ name, pipe, offset }: Extract<Statement, { kind: 'template' }>, dot: GoValue): void {
    const body = this.#template.defined.get(name);
    if (body === undefined)
      throw this.#error({ offset, text: `{{template "${name}"}}` }, `template "${name}" not defined`);
    if (++this.#depth > MAX_DEPTH) throw new TemplateError('template: base: exceeded maximum template depth');
    const value = pipe === undefined ? undefined : this.#pipe(pipe, dot);
    const outer = this.#variables;
    this.#variables = [{ name: '$', value }];
    this.#block(body, value);
    this.#variables = outer;
    this.#depth--;
  }

  #pipe(pipe: Pipe, dot: GoValue): GoValue {
    let value: GoValue;
    for (const [index, command] of pipe.commands.entries()) {
      value = this.#command(command, dot, index === 0 ? [] : [value]);
    }
    for (const name of pipe.variables) this.#assign(name, value, pipe.declares);
    return value;
  }

  #assign(name: string, value: GoValue, declares: boolean): void {
    if (declares) {
      this.#variables.push({ name, value });
      return;
    }
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = value;
  }

  /** @param piped the value before it in a pipe, which a function takes last */
  #command(command: Command, dot: GoValue, piped: readonly GoValue[]): GoValue {
    this.#step();
    const [first, ...rest] = command.operands;
    if (first === undefined) return undefined;
    if (first.kind === 'function') return this.#call(first.name, command, { dot, rest, piped });
    if (rest.length > 0 || piped.length > 0) {
      const what = first.kind === 'nil' ? 'nil is not a command' : `can't give argument to non-function ${first.text}`;
      throw this.#error(first, what);
    }
    return this.#operand(first, dot);
  }

  #call(
    name: string,
    command: Command,
    {
      dot,
      rest,
      piped,
    }: { readonly dot: GoValue; readonly rest: readonly Operand[]; readonly piped: readonly GoValue[] },
  ): GoValue {
    if (name === 'and' || name === 'or') return this.#logic(name, dot, { rest, piped });
    const args = [...rest.map((operand) => this.#operand(operand, dot)), ...piped];
    const work = this.#execution.functions.get(name);
    if (work === undefined) throw this.#error(command, `"${name}" is not a defined function`);
    try {
      return work(...args);
    } catch (error) {
      if (error instanceof LoopSignal || (error instanceof TemplateError && error.message.startsWith('template:')))
        throw error;
      throw this.#error(command, `error calling ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** What decides is not evaluated further. */
  #logic(
    name: 'and' | 'or',
    dot: GoValue,
    { rest, piped }: { readonly rest: readonly Operand[]; readonly piped: readonly GoValue[] },
  ): GoValue {
    let value: GoValue;
    for (const operand of rest) {
      value = this.#operand(operand, dot);
      if (isTruthy(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  #operand(operand: Operand, dot: GoValue): GoValue {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
        return undefined;
      case 'literal':
        return operand.value;
      case 'field':
        return this.#fields(dot, operand);
      case 'variable': {
        const found = this.#variables.findLast(({ name }) => name === operand.name);
        return this.#fields(found?.value, operand);
      }
      case 'function':
        return this.#call(
          operand.name,
          { operands: [operand], offset: operand.offset, text: operand.text },
          { dot, rest: [], piped: [] },
        );
      case 'chain':
        return this.#fields(this.#operand(operand.base, dot), operand);
      case 'pipe':
        return this.#pipe(operand.pipe, dot);
    }
  }

  #fields(value: GoValue, operand: Extract<Operand, { path: readonly string[] }>): GoValue {
    return operand.path.reduce<GoValue>((found, name) => this.#field(found, name, operand), value);
  }

  #field(value: GoValue, name: string, operand: Operand): GoValue {
    if (isMap(value)) {
      if (Object.hasOwn(value, name)) return value[name];
      if (!this.#execution.missingKeyIsError) return undefined;
      throw this.#error(operand, `map has no entry for key "${name}"`, true);
    }
    if (value === undefined) {
      if (!this.#execution.missingKeyIsError) return undefined;
      throw this.#error(operand, `nil data; no entry for key "${name}"`, true);
    }
    if (value === null) {
      throw this.#error(operand, `nil pointer evaluating interface {}.${name}`, true);
    }
    const type = isList(value) ? typeName(value) : 'interface {}';
    throw this.#error(operand, `can't evaluate field ${name} in type ${type}`);
  }
}

function countTo(value: bigint): readonly (readonly [GoValue, GoValue])[] {
  const length = Math.min(Number(value), MAX_STEPS + 1);
  return Array.from({ length: Math.max(0, length) }, (_, index) => [BigInt(index), BigInt(index)] as const);
}
