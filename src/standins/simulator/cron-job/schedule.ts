import { Cron } from 'croner';

/** The times of a CronJob: five fields or an `@` name, in a time zone. */
export interface Schedule {
  /** The first time after `ms`, both in milliseconds since the epoch; `undefined` when there is none. */
  next(ms: number): number | undefined;
}

/** @throws Error when the schedule or the time zone is not valid */
export function parseSchedule(text: string, timeZone = 'Etc/UTC'): Schedule {
  // Five fields only: with six, croner takes the first for seconds.
  const cron = new Cron(text, { timezone: timeZone, mode: '5-part', paused: true });
  return { next: (ms) => cron.nextRun(new Date(ms))?.getTime() };
}
