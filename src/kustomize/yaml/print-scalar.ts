import { looksTyped } from './looks-typed.ts';

const BEST_WIDTH = 80;

export interface ScalarPlace {
  /** Where the text starts. */
  readonly column: number;
  /** Where its further lines start. */
  readonly indent: number;
  readonly isKey: boolean;
}

/** A text as go-yaml v2 prints it: plain where that reads back as the same text, else quoted or a literal block. */
export function printScalar(text: string, place: ScalarPlace): string {
  if (SIMPLE.test(text) && !looksTyped(text)) {
    return place.isKey || place.column + text.length <= BEST_WIDTH ? text : foldPlain(text, place);
  }
  const facts = analyse(text);
  if (text.includes('\n')) {
    return facts.blockAllowed && !place.isKey ? literal(text, place) : doubleQuoted(text, place);
  }
  if (looksTyped(text) || !facts.singleAllowed) return doubleQuoted(text, place);
  return facts.plainAllowed ? foldPlain(text, place) : singleQuoted(text, place);
}

/** Surely plain: no indicator, no space at an end, no break, nothing that needs an escape. */
const SIMPLE =
  /^[A-Za-z0-9/_$(][A-Za-z0-9/_.$()=+@%^~;<>&*|!"'`,\\[\]{}?-]*(?: [A-Za-z0-9/_.$()=+@%^~;<>&*|!"'`,\\[\]{}?-]+)*$/;

interface Facts {
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
}

const FIRST_INDICATORS: ReadonlySet<number> = new Set(Buffer.from('#,[]{}&*!|>\'"%@`'));

function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

function isBlankOrEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return Number.isNaN(code) || code === 0x20 || code === 0x09;
}

/** A surrogate is not printable to go-yaml, so emoji are escaped. */
function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20 || code === 0x0a;
  return code >= 0xa0 && (code < 0xd800 || code > 0xdfff) && code !== 0xfeff && code < 0xfffe;
}

function hasIndicator(text: string): boolean {
  if (text.startsWith('---') || text.startsWith('...')) return true;
  const first = text.charCodeAt(0);
  if (FIRST_INDICATORS.has(first)) return true;
  if ((first === 0x3f || first === 0x3a || first === 0x2d) && isBlankOrEnd(text, 1)) return true;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a && isBlankOrEnd(text, i + 1)) return true;
    if (code === 0x23 && followsBlank(text, i)) return true;
  }
  return false;
}

function followsBlank(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before === 0x20 || before === 0x09 || isBreak(before) || before === 0;
}

function analyse(text: string): Facts {
  if (text === '') return { plainAllowed: true, singleAllowed: true, blockAllowed: false };
  const spaces = spacesAndBreaks(text);
  const special = spaces.spaceBreak || !isAllPrintable(text);
  return {
    plainAllowed: !spaces.atEnd && !spaces.anyBreak && !spaces.breakSpace && !special && !hasIndicator(text),
    singleAllowed: !spaces.breakSpace && !special,
    blockAllowed: !special && text.charCodeAt(text.length - 1) !== 0x20,
  };
}

function isAllPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isPrintable(text.charCodeAt(i))) return false;
  return true;
}

interface SpacesAndBreaks {
  /** A space or a break is the first or the last character. */
  readonly atEnd: boolean;
  readonly anyBreak: boolean;
  readonly breakSpace: boolean;
  readonly spaceBreak: boolean;
}

function spacesAndBreaks(text: string): SpacesAndBreaks {
  const blank = (code: number): boolean => code === 0x20 || isBreak(code);
  let anyBreak = false;
  let breakSpace = false;
  let spaceBreak = false;
  let before = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isBreak(code)) {
      anyBreak = true;
      if (before === 0x20) spaceBreak = true;
    } else if (code === 0x20 && isBreak(before)) breakSpace = true;
    before = code;
  }
  return { atEnd: blank(text.charCodeAt(0)) || blank(before), anyBreak, breakSpace, spaceBreak };
}

function foldPlain(text: string, { column, indent, isKey }: ScalarPlace): string {
  if (isKey || column + text.length <= BEST_WIDTH) return text;
  return fold(text, { column, indent, escape: (char) => char, edge: 0 });
}

function singleQuoted(text: string, { column, indent, isKey }: ScalarPlace): string {
  if (isKey || column + text.length < BEST_WIDTH - 1) return `'${text.replaceAll("'", "''")}'`;
  return `'${fold(text, { column: column + 1, indent, escape: (char) => (char === "'" ? "''" : char), edge: 1 })}'`;
}

interface Folding {
  readonly column: number;
  readonly indent: number;
  readonly escape: (char: string) => string;
  /** How many characters at either end may not be folded at. */
  readonly edge: number;
}

/** Breaks at a single space once the column is past the best width. */
function fold(text: string, { column, indent, escape, edge }: Folding): string {
  const out: string[] = [];
  let at = column;
  let afterSpace = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    const isSpace = char === ' ';
    const inside = i >= edge && i < text.length - edge;
    if (isSpace && !afterSpace && at > BEST_WIDTH && inside && text.charCodeAt(i + 1) !== 0x20) {
      out.push('\n', ' '.repeat(indent));
      at = indent;
    } else {
      const written = escape(char);
      out.push(written);
      at += written.length;
    }
    afterSpace = isSpace;
  }
  return out.join('');
}

function literal(text: string, { indent }: ScalarPlace): string {
  const first = text.charCodeAt(0);
  const hint = first === 0x20 || isBreak(first) ? '2' : '';
  const margin = ' '.repeat(indent);
  const lines = text
    .split(/(?<=[\n\r\u0085\u2028\u2029])/)
    .map((line) => (isBreak(line.charCodeAt(0)) ? line : margin + line));
  const block = `|${hint}${chomping(text)}\n${lines.join('')}`;
  return block.endsWith('\n') ? block.slice(0, -1) : block;
}

function chomping(text: string): string {
  if (!isBreak(text.charCodeAt(text.length - 1))) return '-';
  return text.length === 1 || isBreak(text.charCodeAt(text.length - 2)) ? '+' : '';
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0xa0, '_'],
  [0x2028, 'L'],
  [0x2029, 'P'],
]);

function escapeCode(code: number): string {
  const short = ESCAPES.get(code);
  if (short !== undefined) return `\\${short}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function doubleQuoted(text: string, { column, indent, isKey }: ScalarPlace): string {
  const out = ['"'];
  const chars = Array.from(text);
  let at = column + 1;
  let afterSpace = false;
  for (const [i, char] of chars.entries()) {
    const mayBreak = char === ' ' && !isKey && !afterSpace && i > 0 && i < chars.length - 1;
    afterSpace = char === ' ';
    if (mayBreak && at > BEST_WIDTH) {
      const more = chars[i + 1] === ' ' ? '\\' : '';
      out.push('\n', ' '.repeat(indent), more);
      at = indent + more.length;
      continue;
    }
    const written = escapeChar(char);
    out.push(written);
    at += written.length;
  }
  out.push('"');
  return out.join('');
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const plain = code <= 0xffff && isPrintable(code) && !isBreak(code) && char !== '"' && char !== '\\';
  return plain ? char : escapeCode(code);
}
