import { formatFloat, formatValue, typeName } from './go-value.ts';
import type { GoValue } from './go-value.ts';

const VERB = /%(?<flags>[-+# 0]*)(?<width>\d+)?(?:\.(?<precision>\d*))?(?<verb>[a-zA-Z%])/g;
const MAX_WIDTH = 1000;

/** Go's `Sprintf`. */
export function formatVerbs(format: string, values: readonly GoValue[]): string {
  let used = 0;
  const text = format.replaceAll(VERB, (...found) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
    const { flags = '', width = '0', precision, verb = 'v' } = groups;
    if (verb === '%') return '%';
    if (used >= values.length) return `%!${verb}(MISSING)`;
    const value = values[used++];
    return pad(formatOne(value, verb, { flags, precision }), flags, Math.min(Number(width), MAX_WIDTH));
  });
  if (used >= values.length) return text;
  const extra = values.slice(used).map((value) => `${typeName(value)}=${formatValue(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

interface Style {
  readonly flags: string;
  readonly precision: string | undefined;
}

function formatOne(value: GoValue, verb: string, style: Style): string {
  if (value === undefined || value === null) return verb === 'v' ? '<nil>' : `%!${verb}(<nil>)`;
  if (verb === 'v') return formatValue(value);
  if (verb === 'T') return typeName(value);
  if (verb === 't' && typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return formatText(value, verb, style);
  if (typeof value === 'bigint') return formatInteger(value, verb, style);
  if (typeof value === 'number') return formatNumber(value, verb, style);
  return verb === 's' ? formatValue(value) : wrong(value, verb);
}

function wrong(value: GoValue, verb: string): string {
  return `%!${verb}(${typeName(value)}=${formatValue(value)})`;
}

function formatText(value: string, verb: string, { precision }: Style): string {
  switch (verb) {
    case 's':
      return precision === undefined ? value : Array.from(value).slice(0, Number(precision)).join('');
    case 'q':
      return JSON.stringify(value);
    case 'x':
      return Buffer.from(value).toString('hex');
    default:
      return wrong(value, verb);
  }
}

const RADIX: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, x: 16, X: 16 };

function formatInteger(value: bigint, verb: string, { flags }: Style): string {
  const radix = RADIX[verb];
  if (radix === undefined) return verb === 'c' ? String.fromCodePoint(Number(value)) : wrong(value, verb);
  const digits = value.toString(radix);
  const sign = flags.includes('+') && value >= 0n ? '+' : '';
  return sign + (verb === 'X' ? digits.toUpperCase() : digits);
}

function formatNumber(value: number, verb: string, { precision }: Style): string {
  switch (verb) {
    case 'f':
    case 'F':
      return value.toFixed(Math.min(Number(precision ?? 6), 100));
    case 'e':
      return value.toExponential(Math.min(Number(precision ?? 6), 100)).replace(/e([+-])(\d)$/, 'e$10$2');
    case 'g':
      return precision === undefined
        ? formatFloat(value)
        : formatFloat(Number(value.toPrecision(Number(precision) || 1)));
    default:
      return wrong(value, verb);
  }
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  const zeros = flags.includes('0') && /^[-+]?\d/.test(text);
  if (!zeros) return text.padStart(width);
  const sign = /^[-+]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
