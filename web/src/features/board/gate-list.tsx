import type { ReactElement } from 'react';
import { Icon } from '../../components/icon.tsx';
import type { IconName } from '../../components/icon.tsx';
import type { Gate } from '../../lib/contract.ts';
import { sentence } from '../../lib/text.ts';

const ICONS: Readonly<Record<Gate['state'], IconName>> = {
  passed: 'check-circle',
  pending: 'clock',
  failed: 'x-circle',
};

/** What has to hold before a release may go on, each with its verdict and why. */
export function GateList({ gates }: { readonly gates: readonly Gate[] }): ReactElement {
  if (gates.length === 0) return <p className="gates-none">The gates have not been looked at yet</p>;
  return (
    <ul className="gates" aria-label="Gates">
      {gates.map(({ name, state, reason }) => (
        <li key={name} className={`gate ${state}`} data-gate={name} data-state={state}>
          <Icon name={ICONS[state]} />
          <span>
            <b>{sentence(name)}</b> <span className="visually-hidden">{state}</span>
            <span className="gate-reason">{reason}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
