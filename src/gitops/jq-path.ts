import { isJsonObject, jsonEqual } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { getPath } from '../kube/index.ts';
import { InvalidApplicationError } from './errors.ts';
import { tokenize } from './jq-tokens.ts';
import type { Token } from './jq-tokens.ts';

export type JsonPath = readonly (string | number)[];

/** A place in a document, or a value that has none because it was computed. */
interface Item {
  readonly value: JsonValue | undefined;
  readonly path?: JsonPath;
}

type Filter = (input: Item) => readonly Item[];

/** Finds the places in a document that an expression names. */
export type PathFinder = (document: JsonValue) => readonly JsonPath[];

/**
 * Compiles a jq path expression: fields, indexes, iteration, `..`, pipes, commas, `select` with comparisons, `and`, `or`,
 * `not`, `has`, `test`, `startswith`, `endswith`, `contains`, `length`, `type`, `keys`, `any`, `//`.
 * @throws InvalidApplicationError naming what of it is not supported
 */
export function compilePath(text: string): PathFinder {
  const parser = new Parser(tokenize(text), text);
  const filter = parser.parse();
  return (document) =>
    filter({ value: document, path: [] }).flatMap(({ path }) =>
      path === undefined || path.length === 0 ? [] : [path],
    );
}

type Text = (value: string, argument: string) => boolean;

const TEXT_TESTS: Readonly<Record<string, Text>> = {
  test: (value, argument) => new RegExp(argument).test(value),
  startswith: (value, argument) => value.startsWith(argument),
  endswith: (value, argument) => value.endsWith(argument),
};

const COMPARISONS: Readonly<Record<string, (a: JsonValue, b: JsonValue) => boolean>> = {
  '==': jsonEqual,
  '!=': (a, b) => !jsonEqual(a, b),
  '<': (a, b) => a !== null && b !== null && a < b,
  '<=': (a, b) => a !== null && b !== null && a <= b,
  '>': (a, b) => a !== null && b !== null && a > b,
  '>=': (a, b) => a !== null && b !== null && a >= b,
};

const isTrue = ({ value }: Item): boolean => value !== undefined && value !== null && value !== false;
const plain = (value: JsonValue): Item => ({ value });

class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  parse(): Filter {
    const filter = this.#pipe();
    if (this.#at < this.#tokens.length) this.#refuse();
    return filter;
  }

  #refuse(what?: string): never {
    const token = this.#tokens[this.#at];
    const shown = what ?? (token === undefined ? 'the end' : JSON.stringify(Object.values(token)[1]));
    throw new InvalidApplicationError(`Cannot use ${shown} in the jq expression: ${this.#text}`);
  }

  #symbol(symbol: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'symbol' || token.symbol !== symbol) return false;
    this.#at++;
    return true;
  }

  #word(name: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'word' || token.name !== name) return false;
    this.#at++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#symbol(symbol)) this.#refuse();
  }

  #pipe(): Filter {
    const left = this.#comma();
    if (!this.#symbol('|')) return left;
    const right = this.#pipe();
    return (input) => left(input).flatMap(right);
  }

  #comma(): Filter {
    const left = this.#alternative();
    if (!this.#symbol(',')) return left;
    const right = this.#comma();
    return (input) => [...left(input), ...right(input)];
  }

  #alternative(): Filter {
    const left = this.#or();
    if (!this.#symbol('//')) return left;
    const right = this.#alternative();
    return (input) => {
      const found = left(input).filter(isTrue);
      return found.length > 0 ? found : right(input);
    };
  }

  #or(): Filter {
    const left = this.#and();
    if (!this.#word('or')) return left;
    const right = this.#or();
    return (input) => [plain(left(input).some(isTrue) || right(input).some(isTrue))];
  }

  #and(): Filter {
    const left = this.#comparison();
    if (!this.#word('and')) return left;
    const right = this.#and();
    return (input) => [plain(left(input).some(isTrue) && right(input).some(isTrue))];
  }

  #comparison(): Filter {
    const left = this.#postfix();
    const token = this.#tokens[this.#at];
    const compare = token?.type === 'symbol' ? COMPARISONS[token.symbol] : undefined;
    if (compare === undefined) return left;
    this.#at++;
    const right = this.#postfix();
    return (input) =>
      left(input).flatMap((a) => right(input).map((b) => plain(compare(a.value ?? null, b.value ?? null))));
  }

  #postfix(): Filter {
    let filter = this.#primary();
    for (;;) {
      const next = this.#step();
      if (next === undefined) return filter;
      const before = filter;
      filter = (input) => before(input).flatMap(next);
    }
  }

  /** One of `.name`, `."name"`, `[…]`, `?` after something. */
  #step(): Filter | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type === 'field') {
      this.#at++;
      return field(token.name);
    }
    if (this.#symbol('?')) return (input) => [input];
    if (this.#symbol('[')) return this.#bracket();
    const next = this.#tokens[this.#at + 1];
    if (token?.type !== 'symbol' || token.symbol !== '.') return undefined;
    if (next?.type === 'string') {
      this.#at += 2;
      return field(next.value);
    }
    if (next?.type !== 'symbol' || next.symbol !== '[') return undefined;
    this.#at += 2;
    return this.#bracket();
  }

  /** After `[`. */
  #bracket(): Filter {
    if (this.#symbol(']')) return iterate;
    const token = this.#tokens[this.#at];
    if (token?.type !== 'string' && token?.type !== 'number') this.#refuse();
    this.#at++;
    this.#expect(']');
    return token.type === 'string' ? field(token.value) : index(token.value);
  }

  #primary(): Filter {
    const token = this.#tokens[this.#at];
    switch (token?.type) {
      case 'string':
      case 'number':
        this.#at++;
        return () => [plain(token.value)];
      case 'field':
        this.#at++;
        return field(token.name);
      case 'word':
        this.#at++;
        return this.#function(token.name);
      default:
        return this.#group();
    }
  }

  #group(): Filter {
    if (this.#symbol('..')) return descend;
    if (this.#symbol('(')) {
      const inner = this.#pipe();
      this.#expect(')');
      return inner;
    }
    const next = this.#tokens[this.#at + 1];
    if (!this.#symbol('.')) this.#refuse();
    if (next?.type === 'string') {
      this.#at++;
      return field(next.value);
    }
    return (input) => [input];
  }

  #function(name: string): Filter {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return () => [plain(constant.value)];
    const simple = FUNCTIONS[name];
    if (simple !== undefined && !this.#symbol('(')) return simple;
    if (simple !== undefined) this.#refuse(name);
    this.#expect('(');
    const argument = this.#pipe();
    this.#expect(')');
    return this.#call(name, argument);
  }

  #call(name: string, argument: Filter): Filter {
    const textTest = TEXT_TESTS[name];
    if (textTest !== undefined) {
      return (input) =>
        argument(input).map(({ value }) => plain(isText(input.value) && isText(value) && textTest(input.value, value)));
    }
    switch (name) {
      case 'select':
        return (input) => (argument(input).some(isTrue) ? [input] : []);
      case 'has':
        return (input) => argument(input).map(({ value }) => plain(hasKey(input.value, value)));
      case 'contains':
        return (input) => argument(input).map(({ value }) => plain(contains(input.value, value)));
      case 'any':
        return (input) => [plain(iterate(input).some((item) => argument(item).some(isTrue)))];
      case 'all':
        return (input) => [plain(iterate(input).every((item) => argument(item).some(isTrue)))];
      default:
        return this.#refuse(name);
    }
  }
}

const CONSTANTS: ReadonlyMap<string, { readonly value: JsonValue }> = new Map([
  ['true', { value: true }],
  ['false', { value: false }],
  ['null', { value: null }],
]);

const FUNCTIONS: Readonly<Record<string, Filter>> = {
  not: (input) => [plain(!isTrue(input))],
  length: ({ value }) => [plain(lengthOf(value))],
  type: ({ value }) => [plain(typeOf(value))],
  keys: ({ value }) => [plain(isJsonObject(value) ? Object.keys(value).sort() : [])],
  empty: () => [],
  any: (input) => [plain(iterate(input).some(isTrue))],
};

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

function typeOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function lengthOf(value: JsonValue | undefined): number {
  if (typeof value === 'string') return Array.from(value).length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : Number(value ?? 0);
}

function hasKey(value: JsonValue | undefined, key: JsonValue | undefined): boolean {
  return (typeof key === 'string' || typeof key === 'number') && getPath(value, key) !== undefined;
}

function contains(value: JsonValue | undefined, part: JsonValue | undefined): boolean {
  if (isText(value) && isText(part)) return value.includes(part);
  if (Array.isArray(value) && Array.isArray(part))
    return part.every((one) => value.some((item) => contains(item, one)));
  if (isJsonObject(value) && isJsonObject(part))
    return Object.entries(part).every(([key, one]) => contains(value[key], one));
  return jsonEqual(value, part);
}

function at(input: Item, step: string | number): Item {
  const value = getPath(input.value, step);
  return input.path === undefined ? { value } : { value, path: [...input.path, step] };
}

function field(name: string): Filter {
  return (input) => [at(input, name)];
}

function index(position: number): Filter {
  return (input) => {
    const length = Array.isArray(input.value) ? input.value.length : 0;
    return [at(input, position < 0 ? length + position : position)];
  };
}

const iterate: Filter = (input) => {
  if (Array.isArray(input.value)) return input.value.map((_, position) => at(input, position));
  return isJsonObject(input.value) ? Object.keys(input.value).map((name) => at(input, name)) : [];
};

const descend: Filter = (input) => [input, ...iterate(input).flatMap(descend)];
