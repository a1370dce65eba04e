const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;

function isLetter(code: number): boolean {
  if (code < 0x80) return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return LETTER.test(String.fromCodePoint(code));
}

function isDigit(code: number): boolean {
  if (code < 0x80) return code >= 0x30 && code <= 0x39;
  return DIGIT.test(String.fromCodePoint(code));
}

/** The order of keys in go-yaml's output: letters by code, digits as numbers, anything else before letters. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return compareFrom(a, b, i);
  }
  return a.length - b.length;
}

function compareFrom(a: string, b: string, i: number): number {
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  const xLetter = isLetter(x);
  const yLetter = isLetter(y);
  if (xLetter && yLetter) return x - y;
  if (xLetter || yLetter) return yLetter ? -1 : 1;
  const start = (x === 0x30 || y === 0x30) && followsNonZeroDigit(a, i) ? 1 : 0;
  const [an, ai] = numberAt(a, i, start);
  const [bn, bi] = numberAt(b, i, start);
  if (an !== bn) return an < bn ? -1 : 1;
  return ai === bi ? x - y : ai - bi;
}

/** Whether the digits before `i` hold one that is not 0, so that a 0 at `i` counts as part of a number. */
function followsNonZeroDigit(text: string, i: number): boolean {
  for (let j = i - 1; j >= 0 && isDigit(text.charCodeAt(j)); j--) if (text.charCodeAt(j) !== 0x30) return true;
  return false;
}

function numberAt(text: string, from: number, start: number): [value: number, end: number] {
  let value = start;
  let end = from;
  for (; end < text.length && isDigit(text.charCodeAt(end)); end++) value = value * 10 + text.charCodeAt(end) - 0x30;
  return [value, end];
}
