import type { ReactElement } from 'react';
import type { HealthState, SyncState } from '../lib/contract.ts';
import { sentence } from '../lib/text.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'quiet';

const HEALTH: Readonly<Record<HealthState, readonly [Tone, IconName]>> = {
  Healthy: ['good', 'check-circle'],
  Progressing: ['busy', 'spinner'],
  Degraded: ['bad', 'warning'],
  Suspended: ['warn', 'pause'],
  Missing: ['warn', 'ghost'],
  Unknown: ['quiet', 'question'],
};

const SYNC: Readonly<Record<SyncState, readonly [Tone, IconName]>> = {
  Synced: ['good', 'synced'],
  OutOfSync: ['warn', 'differs'],
  Unknown: ['quiet', 'question'],
};

interface BadgeProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
  readonly title?: string | undefined;
  readonly label?: string;
}

/** A state: colour, icon and word say the same, so that none of them is needed. */
export function Badge({ tone, icon, text, title, label }: BadgeProps): ReactElement {
  return (
    <span className={`badge ${tone}`} title={title}>
      <Icon name={icon} className={icon === 'spinner' ? 'spin' : ''} />
      {label === undefined ? null : <span className="visually-hidden">{label}: </span>}
      {text}
    </span>
  );
}

export function HealthBadge({
  health,
  message,
}: {
  readonly health: HealthState;
  readonly message?: string | undefined;
}): ReactElement {
  const [tone, icon] = HEALTH[health];
  return <Badge tone={tone} icon={icon} text={health} title={message} label="Health" />;
}

export function SyncBadge({ sync, busy = false }: { readonly sync: SyncState; readonly busy?: boolean }): ReactElement {
  const [tone, icon] = SYNC[sync];
  if (busy) return <Badge tone="busy" icon="spinner" text="Syncing" label="Sync" />;
  return <Badge tone={tone} icon={icon} text={sync === 'Unknown' ? sync : sentence(sync)} label="Sync" />;
}

export function healthTone(health: HealthState): Tone {
  return HEALTH[health][0];
}
