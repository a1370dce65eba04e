import type { Block, Command, Operand, Pipe, Statement, Template } from './syntax.ts';
import { TemplateError } from './template-error.ts';
import { lineOf, tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';
import { unquote } from './unquote.ts';

type BranchKind = 'if' | 'with' | 'range';
const BRANCHES: ReadonlySet<string> = new Set(['if', 'with', 'range']);
const MAX_DEPTH = 100;

/**
 * Reads a Go template.
 * @param functions the names that may be called
 * @throws {TemplateError} as Go says what is wrong
 */
export function parseTemplate(source: string, functions: ReadonlySet<string>): Template {
  return new Parser(source, functions).parse();
}

class Parser {
  readonly #source: string;
  readonly #functions: ReadonlySet<string>;
  readonly #tokens: readonly Token[];
  readonly #defined = new Map<string, Block>();
  readonly #variables: string[] = ['$'];
  #at = 0;
  #depth = 0;

  constructor(source: string, functions: ReadonlySet<string>) {
    this.#source = source;
    this.#functions = functions;
    this.#tokens = tokenize(source);
  }

  parse(): Template {
    const { statements, end } = this.#block();
    if (end !== undefined) throw this.#error(`unexpected {{${end}}}`);
    return { source: this.#source, body: statements, defined: this.#defined };
  }

  #error(message: string): TemplateError {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    return new TemplateError(`template: base:${lineOf(this.#source, token?.offset ?? 0)}: ${message}`);
  }

  /** Statements up to the `end` or `else` that closes them. */
  #block(): { readonly statements: Block; readonly end: 'end' | 'else' | undefined } {
    if (++this.#depth > MAX_DEPTH) throw this.#error('nested too deeply');
    const statements: Statement[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      this.#at++;
      if (token.kind === 'text') statements.push({ kind: 'text', text: token.text });
      else {
        this.#skipSpace();
        const word = this.#peek();
        if (word?.text === 'end' || word?.text === 'else') {
          this.#at++;
          this.#depth--;
          return { statements, end: word.text };
        }
        const statement = this.#statement();
        if (statement !== undefined) statements.push(statement);
      }
    }
    this.#depth--;
    return { statements, end: undefined };
  }

  #statement(): Statement | undefined {
    const word = this.#peek();
    if (word === undefined) throw this.#error('unclosed action');
    if (word.kind === 'word') {
      if (BRANCHES.has(word.text)) return this.#branchAfter(word.text as BranchKind);
      if (word.text === 'define' || word.text === 'block') return this.#define(word.text);
      if (word.text === 'template') return this.#invoke();
      if (word.text === 'break' || word.text === 'continue') {
        this.#at++;
        this.#close();
        return { kind: word.text };
      }
    }
    const pipe = this.#pipe('close');
    return { kind: 'action', pipe };
  }

  #branchAfter(kind: BranchKind): Statement {
    this.#at++;
    return this.#branch(kind);
  }

  #branch(kind: BranchKind): Statement {
    const scope = this.#variables.length;
    const pipe = this.#pipe('close');
    const body = this.#block();
    const otherwise = body.end === 'else' ? this.#else(kind) : [];
    if (body.end === undefined) throw this.#error('unexpected EOF');
    if (body.end === 'end') this.#close();
    this.#variables.length = scope;
    return { kind, pipe, body: body.statements, otherwise };
  }

  /** `else`, `else if`: the chain ends with one `end`. */
  #else(kind: BranchKind): Block {
    this.#skipSpace();
    const word = this.#peek();
    if (word?.kind === 'word' && (word.text === 'if' || word.text === 'with') && kind !== 'range') {
      return [this.#branchAfter(word.text)];
    }
    this.#close();
    const { statements, end } = this.#block();
    if (end !== 'end') throw this.#error(end === undefined ? 'unexpected EOF' : 'expected end; found {{else}}');
    this.#close();
    return statements;
  }

  #define(kind: 'define' | 'block'): Statement | undefined {
    this.#at++;
    const name = this.#name();
    const pipe = kind === 'block' ? this.#pipe('close') : undefined;
    if (kind === 'define') this.#close();
    const { statements, end } = this.#block();
    if (end !== 'end') throw this.#error('unexpected EOF');
    this.#close();
    this.#defined.set(name, statements);
    return kind === 'block' ? { kind: 'template', name, pipe, offset: 0 } : undefined;
  }

  #invoke(): Statement {
    const offset = this.#peek()?.offset ?? 0;
    this.#at++;
    const name = this.#name();
    this.#skipSpace();
    const closes = this.#peek()?.kind === 'close';
    const pipe = closes ? undefined : this.#pipe('close');
    if (closes) this.#close();
    return { kind: 'template', name, pipe, offset };
  }

  #name(): string {
    this.#skipSpace();
    const token = this.#peek();
    if (token?.kind !== 'string')
      throw this.#error(`unexpected ${JSON.stringify(token?.text ?? 'EOF')} in template clause`);
    this.#at++;
    return unquote(token.text);
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #skipSpace(): void {
    while (this.#peek()?.kind === 'space') this.#at++;
  }

  #close(): void {
    this.#skipSpace();
    const token = this.#peek();
    if (token?.kind !== 'close') throw this.#error(`unexpected <${token?.text ?? 'EOF'}> in command`);
    this.#at++;
  }

  #pipe(until: 'close' | ')'): Pipe {
    if (++this.#depth > MAX_DEPTH) throw this.#error('nested too deeply');
    const { variables, declares } = this.#declaration();
    const commands: Command[] = [];
    for (;;) {
      commands.push(this.#command());
      this.#skipSpace();
      const token = this.#peek();
      this.#at++;
      if (token?.text === '|') continue;
      if (token?.kind === until || token?.text === until) break;
      this.#at--;
      throw this.#error(
        token === undefined ? 'unclosed action' : `unexpected ${JSON.stringify(token.text)} in command`,
      );
    }
    if (declares) this.#variables.push(...variables);
    this.#depth--;
    return { variables, declares, commands };
  }

  #declaration(): { readonly variables: readonly string[]; readonly declares: boolean } {
    const start = this.#at;
    const variables: string[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (token?.kind !== 'variable') break;
      variables.push(token.text);
      this.#at++;
      this.#skipSpace();
      const next = this.#peek();
      this.#at++;
      if (next?.text === ':=' || next?.text === '=') return { variables, declares: next.text === ':=' };
      if (next?.text !== ',') break;
    }
    this.#at = start;
    return { variables: [], declares: false };
  }

  #command(): Command {
    this.#skipSpace();
    const start = this.#peek()?.offset ?? 0;
    const operands: Operand[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (token === undefined || token.kind === 'close' || token.text === '|' || token.text === ')') break;
      operands.push(this.#operand());
    }
    if (operands.length === 0) throw this.#error('missing value for command');
    return { operands, offset: start, text: operands.map(({ text }) => text).join(' ') };
  }

  #operand(): Operand {
    const base = this.#term();
    const path: string[] = [];
    let offset = base.offset;
    while (this.#peek()?.kind === 'field') {
      const token = this.#peek();
      offset = token?.offset ?? 0;
      path.push(token?.text.slice(1) ?? '');
      this.#at++;
    }
    if (path.length === 0) return base;
    const text = `${base.text}.${path.join('.')}`;
    if (base.kind === 'field') return { kind: 'field', path: [...base.path, ...path], offset, text };
    if (base.kind === 'variable') return { ...base, path, offset, text };
    return { kind: 'chain', base, path, offset, text };
  }

  #term(): Operand {
    const token = this.#peek();
    if (token === undefined) throw this.#error('unclosed action');
    this.#at++;
    const { text, offset } = token;
    switch (token.kind) {
      case 'field':
        return { kind: 'field', path: [text.slice(1)], offset, text };
      case 'string':
        return { kind: 'literal', value: unquote(text), offset, text };
      case 'number':
        return { kind: 'literal', value: numberOf(text), offset, text };
      case 'variable':
        return this.#variable(token);
      case 'word':
        return this.#word(token);
      default:
        return this.#symbol(token);
    }
  }

  #variable({ text, offset }: Token): Operand {
    if (!this.#variables.includes(text)) throw this.#error(`undefined variable ${JSON.stringify(text)}`);
    return { kind: 'variable', name: text, path: [], offset, text };
  }

  #word({ text, offset }: Token): Operand {
    if (text === 'nil') return { kind: 'nil', offset, text };
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', offset, text };
    if (!this.#functions.has(text)) throw this.#error(`function ${JSON.stringify(text)} not defined`);
    return { kind: 'function', name: text, offset, text };
  }

  #symbol({ text, offset }: Token): Operand {
    if (text === '.') return { kind: 'dot', offset, text };
    if (text !== '(') throw this.#error(`unexpected ${JSON.stringify(text)} in operand`);
    const pipe = this.#pipe(')');
    const written = pipe.commands.map((command) => command.text).join(' | ');
    return { kind: 'pipe', pipe, offset: pipe.commands[0]?.offset ?? offset, text: `(${written})` };
  }
}

function numberOf(text: string): bigint | number {
  const plain = text.replaceAll('_', '').replace(/^\+/, '');
  if (/^-?(?:\d+|0[xXoObB][\da-fA-F]+)$/.test(plain)) {
    return plain.startsWith('-') ? -BigInt(plain.slice(1)) : BigInt(plain);
  }
  return Number(plain);
}
