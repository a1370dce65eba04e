import type { ReactElement } from 'react';
import { Icon } from '../../components/icon.tsx';
import type { Overview } from '../../lib/contract.ts';
import { decisionsOf } from './board-row.ts';

/** What waits for the person who looks, each leading to its card. */
export function Decisions({ overview }: { readonly overview: Overview }): ReactElement | null {
  const decisions = decisionsOf(overview);
  if (decisions.length === 0) return null;
  return (
    <nav className="decisions-strip" aria-label="Waiting for you">
      <span className="strip-title">Waiting for you</span>
      <ul>
        {decisions.map(({ promotion, text }) => (
          <li key={promotion}>
            <a href={`#promotion-${promotion}`}>
              {text}
              <Icon name="arrow-down" />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
