import { InvalidApplicationError } from './errors.ts';

export type Token =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'word'; readonly name: string }
  | { readonly type: 'symbol'; readonly symbol: string };

const TOKEN =
  /\s+|\.([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(\.\.|==|!=|<=|>=|\/\/|[.[\]()|,<>?:;])/y;

/** Takes a jq expression apart. @throws InvalidApplicationError at the first character that is no jq */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      throw new InvalidApplicationError(`Cannot read the jq expression at '${text.slice(at)}': ${text}`);
    const token = toToken(match, text);
    if (token !== undefined) tokens.push(token);
  }
  return tokens;
}

function toToken(match: RegExpExecArray, text: string): Token | undefined {
  const [, field, string, number, word, symbol] = match;
  if (field !== undefined) return { type: 'field', name: field };
  if (string !== undefined) return { type: 'string', value: unquote(string, text) };
  if (number !== undefined) return { type: 'number', value: Number(number) };
  if (word !== undefined) return { type: 'word', name: word };
  return symbol === undefined ? undefined : { type: 'symbol', symbol };
}

function unquote(literal: string, text: string): string {
  if (literal.includes('\\(')) throw new InvalidApplicationError(`String interpolation is not supported: ${text}`);
  try {
    return JSON.parse(literal) as string;
  } catch (error) {
    throw new InvalidApplicationError(`Cannot read the string ${literal}: ${text}`, { cause: error });
  }
}
