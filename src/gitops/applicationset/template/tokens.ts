import { TemplateError } from './template-error.ts';

export type TokenKind =
  'text' | 'open' | 'close' | 'string' | 'number' | 'field' | 'variable' | 'word' | 'symbol' | 'space';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** From the start of the template, in characters. */
  readonly offset: number;
}

const INSIDE =
  /(?<close>(?:\s+-)?\}\})|(?<space>\s+)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+')|(?<number>[+-]?(?:0[xXoObB][0-9a-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?))|(?<field>\.[\p{L}_][\p{L}\p{N}_]*)|(?<variable>\$[\p{L}\p{N}_]*)|(?<word>[\p{L}_][\p{L}\p{N}_]*)|(?<symbol>:=|[().|=,])/uy;

/** Where a template's text ends and an action begins, comments left out. @throws {TemplateError} */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = false;
  while (at < source.length) {
    const open = source.indexOf('{{', at);
    const end = open < 0 ? source.length : open;
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(source.slice(open, open + 4));
    let text = source.slice(at, end);
    if (trimNext) text = text.trimStart();
    if (trimsBefore) text = text.trimEnd();
    if (text !== '') tokens.push({ kind: 'text', text, offset: at });
    if (open < 0) break;
    const inner = open + (trimsBefore ? 3 : 2);
    const closed = skipComment(source, inner) ?? readAction(source, { inner, open, tokens });
    trimNext = /\s-$/.test(source.slice(0, closed - 2));
    at = closed;
  }
  return tokens;
}

function skipComment(source: string, at: number): number | undefined {
  const comment = /\s*\/\*[\s\S]*?\*\/(?:\s+-)?\}\}/y;
  comment.lastIndex = at;
  return comment.test(source) ? comment.lastIndex : undefined;
}

interface Action {
  readonly inner: number;
  readonly open: number;
  readonly tokens: Token[];
}

/** @returns where the action ends */
function readAction(source: string, { inner, open, tokens }: Action): number {
  tokens.push({ kind: 'open', text: '{{', offset: open });
  let at = inner;
  for (;;) {
    INSIDE.lastIndex = at;
    const match = INSIDE.exec(source);
    const groups: Readonly<Record<string, string | undefined>> = match?.groups ?? {};
    const found = Object.entries(groups).find(([, text]) => text !== undefined);
    if (match === null || found === undefined) throw unreadable(source, at);
    tokens.push({ kind: found[0] as TokenKind, text: match[0], offset: at });
    at = INSIDE.lastIndex;
    if (found[0] === 'close') return at;
  }
}

function unreadable(source: string, at: number): TemplateError {
  const line = lineOf(source, at);
  if (at >= source.length) return new TemplateError(`template: base:${line}: unclosed action`);
  const character = source.charAt(at);
  if (character === '"') return new TemplateError(`template: base:${line}: unterminated quoted string`);
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
  return new TemplateError(`template: base:${line}: unexpected bad character U+${code} '${character}' in command`);
}

export function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}
