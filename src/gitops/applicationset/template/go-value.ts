/**
 * What a template works on: JSON as Go decodes it, so every number in it is a float, and integers, which Go counts with,
 * are `bigint`.
 */
export type GoValue = unknown;

export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

export function isMap(value: GoValue): value is Readonly<Record<string, GoValue>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether Go takes it for true. */
export function isTruthy(value: GoValue): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Go's `%v` of a float: with an exponent from a million on, and below 0.0001. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : `${value > 0 ? '+' : '-'}Inf`;
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Go's `%v`, as a template prints a value. */
export function formatValue(value: GoValue): string {
  if (value === undefined || value === null) return '<no value>';
  if (isList(value)) return `[${value.map(formatInner).join(' ')}]`;
  if (isMap(value)) {
    const members = Object.keys(value)
      .sort()
      .map((key) => `${key}:${formatInner(value[key])}`);
    return `map[${members.join(' ')}]`;
  }
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? formatFloat(value) : `${value as bigint | boolean}`;
}

function formatInner(value: GoValue): string {
  return value === undefined || value === null ? '<nil>' : formatValue(value);
}

/** What Go calls the type. */
export function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  if (isList(value)) return '[]interface {}';
  if (isMap(value)) return 'map[string]interface {}';
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    default:
      return 'string';
  }
}

/** With floats in place of integers, for JSON. */
export function toJsonValue(value: GoValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return value.map(toJsonValue);
  if (isMap(value)) {
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map((key) => [key, toJsonValue(value[key])]),
    );
  }
  return value ?? null;
}
