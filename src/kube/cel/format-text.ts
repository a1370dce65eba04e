const CLAUSE = /%(?:\.(\d{1,3}))?([a-zA-Z%])/g;

/**
 * `"%s has %d".format([…])`.
 * @throws Error when a clause and its argument do not fit
 */
export function formatText(pattern: string, values: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(CLAUSE, (_clause, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (next >= values.length) throw new Error(`format: no value for clause ${next + 1}`);
    return clauseText(verb, values[next++], precision === undefined ? 6 : Number(precision));
  });
}

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };

function clauseText(verb: string, value: unknown, precision: number): string {
  if (verb === 's') return plainText(value);
  if (verb === 'd') return wholeNumber(verb, value).toString();
  if (verb === 'f') return decimal(verb, value).toFixed(Math.min(precision, 100));
  if (verb === 'e')
    return decimal(verb, value)
      .toExponential(Math.min(precision, 100))
      .replace(/e([+-])(\d)$/, 'e$10$2');
  const radix = RADIX[verb];
  if (radix === undefined) throw new Error(`format: unrecognized clause: %${verb}`);
  const text = typeof value === 'string' ? Buffer.from(value).toString('hex') : inRadix(verb, value, radix);
  return verb === 'X' ? text.toUpperCase() : text;
}

function inRadix(verb: string, value: unknown, radix: number): string {
  return (typeof value === 'boolean' ? BigInt(value) : wholeNumber(verb, value)).toString(radix);
}

function wholeNumber(verb: string, value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  throw new Error(`format: clause %${verb} takes an integer`);
}

function decimal(verb: string, value: unknown): number {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new Error(`format: clause %${verb} takes a number`);
}

/** A value as `%s` shows it. */
export function plainText(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z');
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, member]) => `${plainText(key)}: ${plainText(member)}`)
      .sort()
      .join(', ')}}`;
  return String(value);
}
