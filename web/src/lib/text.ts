const STEPS: readonly (readonly [limit: number, divisor: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [60, 1, 'second'],
  [3_600, 60, 'minute'],
  [86_400, 3_600, 'hour'],
  [30 * 86_400, 86_400, 'day'],
  [365 * 86_400, 30 * 86_400, 'month'],
];

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** `3 hr. ago`, `yesterday`; `just now` under half a minute, and for a clock that is a little ahead. */
export function relativeTime(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1_000;
  if (Number.isNaN(seconds)) return '';
  if (Math.abs(seconds) < 30) return 'just now';
  const [, divisor, unit] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 365 * 86_400, 'year' as const];
  return relative.format(Math.round(seconds / divisor), unit);
}

/** First characters of a commit or digest, without `sha256:`. */
export function shortHash(hash: string, length = 8): string {
  return hash.slice(hash.indexOf(':') + 1).slice(0, length);
}

/** `smoke-test` → `Smoke test`. */
export function sentence(name: string): string {
  const words = name
    .replaceAll(/[-_]/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `1 gate`, `2 gates`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
