import type { Deployment } from '../../lib/contract.ts';
import { list } from '../../lib/text.ts';

/** Who had a part in a deployment, in a line. */
export function peopleOf({ requestedBy, approvers, deployedBy }: Deployment): string {
  const parts = [`asked for by ${requestedBy}`];
  if (approvers.length > 0) parts.push(`approved by ${list(approvers)}`);
  if (deployedBy !== undefined) parts.push(`deployed by ${deployedBy}`);
  return parts.join(', ');
}

export interface Day {
  /** `Today`, `Yesterday`, or a date. */
  readonly name: string;
  readonly deployments: readonly Deployment[];
}

/** Deployments by the day they ended, in the order given; `now` and the days are those of this browser's time zone. */
export function byDay(deployments: readonly Deployment[], now: number): readonly Day[] {
  const days = Map.groupBy(deployments, ({ at }) => new Date(at).toDateString());
  return [...days.values()].map((ofDay) => ({ name: dayName(ofDay[0]?.at ?? '', now), deployments: ofDay }));
}

function dayName(at: string, now: number): string {
  const day = new Date(at);
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (day.toDateString() === new Date(now).toDateString()) return 'Today';
  if (day.toDateString() === yesterday.toDateString()) return 'Yesterday';
  return day.toLocaleDateString('en', { weekday: 'long', day: 'numeric', month: 'long' });
}
