import { Cron } from 'croner';
import { parseDuration } from './duration.ts';

/** A span of time that comes again: begins as the schedule says, and lasts. */
export interface TimeWindow {
  /** Cron of five fields (days of the week 0 to 6), or a descriptor such as `@daily`. */
  readonly schedule: string;
  /** Go duration, for instance `8h`. */
  readonly duration: string;
  /** IANA name. @default 'UTC' */
  readonly timeZone?: string | undefined;
}

const FIELDS: readonly (readonly [min: number, max: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

/** Why a window cannot be read; `undefined` for a good one. */
export function windowFault(window: TimeWindow): string | undefined {
  if (parseSchedule(window) === undefined) return `Cannot read the schedule: ${window.schedule}`;
  return (parseDuration(window.duration) ?? 0) > 0 ? undefined : `cannot parse duration '${window.duration}'`;
}

/** @param at milliseconds since the epoch @throws RangeError for a window that cannot be read */
export function isWindowOpen(window: TimeWindow, at: number): boolean {
  const [cron, fault] = [parseSchedule(window), windowFault(window)];
  if (cron === undefined || fault !== undefined) throw new RangeError(fault);
  const next = cron.nextRun(new Date(at - (parseDuration(window.duration) ?? 0)));
  return next !== null && next.getTime() <= at;
}

function parseSchedule({ schedule, timeZone = 'UTC' }: TimeWindow): Cron | undefined {
  if (!schedule.startsWith('@') && !fieldsFit(schedule.trim().split(/\s+/))) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone }); // throws for a zone that nobody knows
    return new Cron(schedule, { timezone: timeZone, paused: true });
  } catch {
    return undefined;
  }
}

function fieldsFit(fields: readonly string[]): boolean {
  if (fields.length !== FIELDS.length) return false;
  return FIELDS.every(([min, max], index) => {
    const numbers = (fields[index] ?? '').replace(/\/\d+/g, '').match(/\d+/g) ?? [];
    return numbers.every((number) => Number(number) >= min && Number(number) <= max);
  });
}
