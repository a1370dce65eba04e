import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { isLabelValue, isQualifiedName } from '../label-syntax.ts';
import { SelectorError } from './selector-error.ts';

export type Labels = Readonly<Record<string, string>>;
export type LabelMatcher = (labels: Labels | undefined) => boolean;

type Operator = 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

const NO_LABELS: Labels = {};

/**
 * A selector in the syntax of the `labelSelector` parameter: `a=b,c!=d,e in (f,g),h notin (i),j,!k,n>1`. Empty text
 * matches everything.
 * @throws SelectorError
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = new Parser(text).parse();
  return matcher(requirements);
}

/**
 * Whether labels match a `metav1.LabelSelector`. An absent selector matches nothing, an empty one everything.
 * @throws SelectorError
 */
export function matchLabels(selector: JsonValue | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined || selector === null) return false;
  return compileLabelSelector(selector)(labels);
}

/** {@link matchLabels} for many objects. @throws SelectorError */
export function compileLabelSelector(selector: JsonValue): LabelMatcher {
  if (!isJsonObject(selector)) throw new SelectorError('Cannot read a label selector: not an object');
  const pairs = isJsonObject(selector['matchLabels']) ? Object.entries(selector['matchLabels']) : [];
  const equal = pairs.map(([key, value]) => valid({ key, operator: 'in', values: [string(value)] }));
  const expressions = Array.isArray(selector['matchExpressions']) ? selector['matchExpressions'] : [];
  return matcher([...equal, ...expressions.map(expression)]);
}

const OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

function expression(item: JsonValue): Requirement {
  const given: JsonObject = isJsonObject(item) ? item : {};
  const name = string(given['operator']);
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined)
    throw new SelectorError(`Cannot use as a label selector operator: ${JSON.stringify(name)}`);
  const values = Array.isArray(given['values']) ? given['values'].map(string) : [];
  return valid({ key: string(given['key']), operator, values });
}

function string(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new SelectorError(`Cannot read a label selector: expected text, found ${JSON.stringify(value ?? null)}`);
}

function valid(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  if (!isQualifiedName(key)) throw new SelectorError(`Cannot use as a label key: ${JSON.stringify(key)}`);
  const bad = values.find((value) => !isLabelValue(value));
  if (bad !== undefined) throw new SelectorError(`Cannot use as a label value: ${JSON.stringify(bad)}`);
  const fits = operator === 'exists' || operator === '!' ? values.length === 0 : values.length > 0;
  if (!fits)
    throw new SelectorError(`Cannot use ${values.length} values with the label selector operator: ${operator}`);
  return requirement;
}

function matcher(requirements: readonly Requirement[]): LabelMatcher {
  return (labels = NO_LABELS) => requirements.every((requirement) => satisfies(requirement, labels));
}

function satisfies({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt':
      return compares(operator, value, values);
  }
}

function compares(operator: 'gt' | 'lt', value: string | undefined, values: readonly string[]): boolean {
  if (value === undefined || !INTEGER.test(value)) return false;
  const [left, right] = [BigInt(value), BigInt(values[0] ?? '0')];
  return operator === 'gt' ? left > right : left < right;
}

const INTEGER = /^[+-]?\d{1,19}$/;
const TOKEN = /\s*(==|!=|=|>|<|!|\(|\)|,|[^\s=!><(),]+)/y;
const PUNCTUATION = new Set(['==', '!=', '=', '>', '<', '!', '(', ')', ',']);

/** Recursive descent over the grammar of `labels.Parse`. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    if (this.#tokens.length === 0) return requirements;
    do requirements.push(this.#requirement());
    while (this.#take(','));
    if (this.#peek() !== undefined) throw this.#unexpected();
    return requirements;
  }

  #requirement(): Requirement {
    if (this.#take('!')) return valid({ key: this.#word(), operator: '!', values: [] });
    const key = this.#word();
    const token = this.#peek();
    if (token === undefined || token === ',') return valid({ key, operator: 'exists', values: [] });
    this.#next++;
    return valid({ key, ...this.#condition(token) });
  }

  #condition(token: string): Omit<Requirement, 'key'> {
    switch (token) {
      case '=':
      case '==':
        return { operator: 'in', values: [this.#exactValue()] };
      case '!=':
        return { operator: 'notin', values: [this.#exactValue()] };
      case 'in':
      case 'notin':
        return { operator: token, values: this.#values() };
      case '>':
      case '<':
        return { operator: token === '>' ? 'gt' : 'lt', values: [this.#integer()] };
      default:
        this.#next--;
        throw this.#unexpected();
    }
  }

  #exactValue(): string {
    const token = this.#peek();
    return token === undefined || token === ',' ? '' : this.#word();
  }

  #integer(): string {
    const word = this.#word();
    if (!INTEGER.test(word)) throw new SelectorError(`Cannot compare labels with: ${JSON.stringify(word)}`);
    return word;
  }

  #values(): string[] {
    if (!this.#take('(')) throw this.#unexpected();
    const values: string[] = [];
    do values.push(this.#peek() === ',' || this.#peek() === ')' ? '' : this.#word());
    while (this.#take(','));
    if (!this.#take(')')) throw this.#unexpected();
    return values;
  }

  #word(): string {
    const token = this.#peek();
    if (token === undefined || PUNCTUATION.has(token)) throw this.#unexpected();
    this.#next++;
    return token;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#next++;
    return true;
  }

  #unexpected(): SelectorError {
    const found = this.#peek() ?? 'the end';
    return new SelectorError(`Cannot parse the selector ${JSON.stringify(this.#text)}: unexpected ${found}`);
  }
}

function tokens(text: string): string[] {
  const trimmed = text.trimEnd();
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed);
    if (match?.[1] === undefined) throw new SelectorError(`Cannot parse the selector: ${JSON.stringify(text)}`);
    found.push(match[1]);
  }
  return found;
}
