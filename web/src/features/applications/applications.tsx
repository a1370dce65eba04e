import { useState } from 'react';
import type { ReactElement } from 'react';
import { HealthBadge, SyncBadge } from '../../components/badge.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import type { ApplicationSummary } from '../../lib/contract.ts';
import { count, shortHash } from '../../lib/text.ts';
import { ApplicationPanel } from './application-panel.tsx';

/** Every Application of the hub; one opens to show its resources. */
export function Applications({ applications }: { readonly applications: readonly ApplicationSummary[] }): ReactElement {
  const [open, setOpen] = useState<string>();
  if (applications.length === 0) {
    return (
      <Notice icon="synced" title="No Application yet">
        <p>The root Application creates the others from Git.</p>
      </Notice>
    );
  }
  return (
    <ul className="applications">
      {applications.map((application) => {
        const { name } = application;
        return (
          <li key={name} className={name === open ? 'open' : ''} data-testid={`application-${name}`}>
            <button
              type="button"
              className="application-head"
              aria-expanded={name === open}
              aria-controls={`panel-${name}`}
              onClick={() => setOpen(name === open ? undefined : name)}
            >
              <Icon name="chevron" />
              <Summary application={application} />
            </button>
            <div id={`panel-${name}`} hidden={name !== open}>
              {name === open ? <ApplicationPanel name={name} /> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Summary({ application }: { readonly application: ApplicationSummary }): ReactElement {
  const { name, destination, targetRevision, revision, health, sync, conditions } = application;
  return (
    <>
      <span className="application-name">
        <b>{name}</b>
        <span className="application-where">
          {targetRevision ?? 'HEAD'}
          {revision === undefined ? null : <code> {shortHash(revision, 7)}</code>} → {destination}
        </span>
      </span>
      <span className="badges">
        {conditions === 0 ? null : <span className="badge bad">{count(conditions, 'condition')}</span>}
        <HealthBadge health={health} />
        <SyncBadge sync={sync} />
      </span>
    </>
  );
}
