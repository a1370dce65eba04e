import { isWindowOpen, windowFault } from '../core/index.ts';
import type { TimeWindow } from '../core/index.ts';
import type { ClusterRef, SyncWindow } from './app-project.ts';
import { InvalidApplicationError } from './errors.ts';
import { globMatch } from './glob.ts';

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

/** @throws InvalidApplicationError saying which field of the window is wrong */
export function validateWindow(window: SyncWindow): void {
  const { kind } = window;
  if (kind !== 'allow' && kind !== 'deny') {
    throw new InvalidApplicationError(`kind '${kind ?? ''}' mismatch: can only be allow or deny`);
  }
  const fault = windowFault(timesOf(window));
  if (fault !== undefined) throw new InvalidApplicationError(fault);
}

function isActive(window: SyncWindow, at: number): boolean {
  validateWindow(window);
  return isWindowOpen(timesOf(window), at);
}

function timesOf({ schedule = '', duration = '', timeZone = '' }: SyncWindow): TimeWindow {
  return { schedule, duration, timeZone: timeZone === '' ? 'UTC' : timeZone };
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
