import type { ReactElement } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { Icon } from '../../components/icon.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Cell } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';
import type { Stop } from './board-row.ts';
import { PromotionCard } from './promotion-card.tsx';

interface LaneProps {
  readonly service: string;
  readonly before: Stop;
  readonly stop: Stop;
}

/** The way from one environment to the next: what is on it, or the button that puts something on it. */
export function Lane({ service, before, stop }: LaneProps): ReactElement {
  const promote = stop.cell?.promote;
  const busy = stop.arriving.length > 0;
  const label = `${service} from ${before.environment.name} to ${stop.environment.name}`;
  return (
    <li className={`lane${busy ? ' busy' : ''}`} aria-label={label}>
      <span className="lane-line" aria-hidden="true">
        <Icon name="arrow" />
      </span>
      {stop.arriving.map((promotion) => (
        <PromotionCard key={promotion.name} promotion={promotion} />
      ))}
      {promote === undefined || (busy && !promote.allowed) ? null : (
        <Promote
          service={service}
          environment={stop.environment.name}
          promote={promote}
          current={stop.cell?.running?.version}
        />
      )}
    </li>
  );
}

interface PromoteProps {
  readonly service: string;
  readonly environment: string;
  readonly promote: NonNullable<Cell['promote']>;
  /** Version that runs there now. */
  readonly current: string | undefined;
}

function Promote({ service, environment, promote, current }: PromoteProps): ReactElement {
  const version = promote.version === undefined ? service : `${service} ${promote.version}`;
  const action = useAction(
    () => api.promote({ service, environment }),
    `The merge request that takes ${version} to ${environment} is open`,
  );
  return (
    <div className="promote">
      <ActionButton
        label={`Promote to ${environment}`}
        about={version}
        action={promote}
        busy={action.busy}
        onPress={() => action.press()}
        kind={promote.allowed ? 'primary' : 'plain'}
      />
      {promote.allowed ? (
        <span className="reason">
          {current === undefined ? null : `${current} → `}
          {promote.version}
        </span>
      ) : null}
    </div>
  );
}
