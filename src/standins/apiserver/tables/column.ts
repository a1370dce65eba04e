import type { JsonValue } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';

export interface Column {
  readonly name: string;
  /** @default 'string' */
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0 only shown with `-o wide`. @default 0 */
  readonly priority?: number;
  cell(object: KubeObject, now: number): JsonValue;
}

export const NAME: Column = { name: 'Name', format: 'name', cell: (object) => object.metadata.name ?? '' };

export const AGE: Column = { name: 'Age', cell: (object, now) => age(object.metadata.creationTimestamp, now) };

/** `5m12s` since a time, `<unknown>` without one. */
export function age(time: JsonValue | undefined, now: number): string {
  const since = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(since) ? '<unknown>' : duration(now - since);
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** In the words of `duration.HumanDuration`: two units at most, the smaller one only while it matters. */
export function duration(ms: number): string {
  if (ms < -SECOND) return '<invalid>';
  if (ms < 2 * MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))}s`;
  if (ms < 10 * MINUTE) return pair(ms, MINUTE, SECOND);
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 8 * HOUR) return pair(ms, HOUR, MINUTE);
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  if (ms < 8 * DAY) return pair(ms, DAY, HOUR);
  if (ms < 2 * YEAR) return `${Math.floor(ms / DAY)}d`;
  if (ms < 8 * YEAR) return pair(ms, YEAR, DAY);
  return `${Math.floor(ms / YEAR)}y`;
}

const UNITS = new Map([
  [SECOND, 's'],
  [MINUTE, 'm'],
  [HOUR, 'h'],
  [DAY, 'd'],
  [YEAR, 'y'],
]);

function pair(ms: number, large: number, small: number): string {
  const whole = Math.floor(ms / large);
  const rest = Math.floor((ms % large) / small);
  const text = `${whole}${UNITS.get(large) ?? ''}`;
  return rest === 0 ? text : `${text}${rest}${UNITS.get(small) ?? ''}`;
}
