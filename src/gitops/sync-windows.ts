import { Cron } from 'croner';
import type { ClusterRef, SyncWindow } from './app-project.ts';
import { InvalidApplicationError } from './errors.ts';
import { globMatch } from './glob.ts';
import { parseDuration } from './semantic-equal.ts';

/** What a window is matched with. */
export interface WindowSubject {
  readonly application: string;
  readonly namespace: string;
  readonly cluster: Pick<ClusterRef, 'server' | 'name'>;
}

export interface WindowQuestion {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Somebody asked for the sync. */
  readonly manual: boolean;
  /** When the operation began that wants to go on, milliseconds since the epoch. */
  readonly startedAt?: number;
}

const FIELDS: readonly (readonly [min: number, max: number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

/** A cron schedule of five fields, or a descriptor such as `@daily`. Days of the week are 0 to 6. */
function parseSchedule(schedule: string, timeZone: string): Cron {
  const fields = schedule.trim().split(/\s+/);
  if (!schedule.startsWith('@')) {
    if (fields.length !== 5) throw new InvalidApplicationError(`Cannot read the schedule: ${schedule}`);
    for (const [index, [min, max]] of FIELDS.entries()) {
      const numbers = (fields[index] ?? '').replace(/\/\d+/g, '').match(/\d+/g) ?? [];
      const outside = numbers.some((number) => Number(number) < min || Number(number) > max);
      if (outside) throw new InvalidApplicationError(`Cannot read the schedule: ${schedule}`);
    }
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone }); // throws for a zone that nobody knows
    return new Cron(schedule, { timezone: timeZone, paused: true });
  } catch (error) {
    throw new InvalidApplicationError(`Cannot read the schedule: ${schedule}`, { cause: error });
  }
}

/** @throws InvalidApplicationError saying which field of the window is wrong */
export function validateWindow(window: SyncWindow): void {
  const { kind, schedule = '', duration = '', timeZone = 'UTC' } = window;
  if (kind !== 'allow' && kind !== 'deny') {
    throw new InvalidApplicationError(`kind '${kind ?? ''}' mismatch: can only be allow or deny`);
  }
  parseSchedule(schedule, timeZone);
  if ((parseDuration(duration) ?? 0) <= 0) {
    throw new InvalidApplicationError(`cannot parse duration '${duration}'`);
  }
}

function isActive(window: SyncWindow, at: number): boolean {
  validateWindow(window);
  const { schedule = '', duration = '', timeZone } = window;
  const began = new Date(at - (parseDuration(duration) ?? 0));
  const next = parseSchedule(schedule, timeZone === undefined || timeZone === '' ? 'UTC' : timeZone).nextRun(began);
  return next !== null && next.getTime() <= at;
}

/** The windows that are about the Application: any list that names it, or with `andOperator` all of them. */
export function matchingWindows(
  windows: readonly (SyncWindow | null)[],
  subject: WindowSubject,
): readonly SyncWindow[] {
  return windows.filter((window): window is SyncWindow => window !== null && matches(window, subject));
}

function matches(window: SyncWindow, { application, namespace, cluster }: WindowSubject): boolean {
  const verdicts = [
    verdict(window.applications, [application]),
    verdict(window.namespaces, [namespace]),
    verdict(window.clusters, [cluster.server, cluster.name]),
  ].filter((one) => one !== undefined);
  return window.andOperator === true ? verdicts.length > 0 && !verdicts.includes(false) : verdicts.includes(true);
}

/** Undefined when the list is empty and so says nothing. */
function verdict(patterns: readonly string[] | null | undefined, texts: readonly string[]): boolean | undefined {
  if (patterns === undefined || patterns === null || patterns.length === 0) return undefined;
  return patterns.some((pattern) => texts.some((text) => globMatch(pattern, text)));
}

/**
 * Whether the windows let a sync begin, or go on that began while they did.
 * @throws InvalidApplicationError when one of them cannot be read: then nothing may be synced
 */
export function canSync(windows: readonly SyncWindow[], question: WindowQuestion): boolean {
  const { now, manual } = question;
  const active = windows.filter((window) => isActive(window, now));
  const denials = active.filter(({ kind }) => kind === 'deny');
  if (denials.length > 0) return denials.every((window) => passes(window, question)) || (manual && allManual(denials));
  if (active.length > 0) return true;
  const closed = windows.filter(({ kind }) => kind === 'allow');
  if (closed.length === 0) return true;
  return (
    (manual && allManual(closed)) ||
    (closed.some((window) => passes(window, question)) && startedInside(closed, question))
  );
}

function allManual(windows: readonly SyncWindow[]): boolean {
  return windows.every(({ manualSync }) => manualSync === true);
}

/** The window lets finish what began before it closed (or, for a denial, opened). */
function passes(window: SyncWindow, { startedAt }: WindowQuestion): boolean {
  if (window.syncOverrun !== true || startedAt === undefined) return false;
  return window.kind === 'allow' || !isActive(window, startedAt);
}

function startedInside(windows: readonly SyncWindow[], { startedAt }: WindowQuestion): boolean {
  return (
    startedAt !== undefined && windows.some((window) => window.syncOverrun === true && isActive(window, startedAt))
  );
}
