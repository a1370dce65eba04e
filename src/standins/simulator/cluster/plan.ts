import type { JsonObject } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';

/** What a planner decides; nothing is done until a reconciler acts on it. */
export type Action =
  | { readonly do: 'create'; readonly object: KubeObject; readonly announce?: Announcement }
  /** A merge patch of the main object, valid for the version that the planner saw. */
  | { readonly do: 'patch'; readonly object: KubeObject; readonly changes: JsonObject }
  /** Replaces the status; nothing is written when it is that already. */
  | { readonly do: 'status'; readonly object: KubeObject; readonly status: object }
  | { readonly do: 'delete'; readonly object: KubeObject; readonly gracePeriodSeconds?: number }
  | EventAction;

/** An event about `about` once the object is created; its name, which the server may choose, ends the message. */
export interface Announcement {
  readonly about: KubeObject;
  readonly reason: string;
  readonly message: string;
}

export interface EventAction {
  readonly do: 'event';
  /** What the event is about. */
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  /** Milliseconds after which time alone makes another plan. */
  readonly requeueAfter?: number;
}

export const NOTHING: Plan = { actions: [] };

export function normal(object: KubeObject, reason: string, message: string): EventAction {
  return { do: 'event', object, type: 'Normal', reason, message };
}

export function warning(object: KubeObject, reason: string, message: string): EventAction {
  return { do: 'event', object, type: 'Warning', reason, message };
}

/** The shortest of the waits that are given. */
export function soonest(...waits: readonly (number | undefined)[]): number | undefined {
  const given = waits.filter((wait) => wait !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}

export function planOf(actions: readonly Action[], requeueAfter?: number): Plan {
  return requeueAfter === undefined ? { actions } : { actions, requeueAfter };
}
