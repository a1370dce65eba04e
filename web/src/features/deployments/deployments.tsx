import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon } from '../../components/icon.tsx';
import type { IconName } from '../../components/icon.tsx';
import { Notice } from '../../components/notice.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { Deployment, Phase } from '../../lib/contract.ts';
import { useNow } from '../../lib/now.ts';
import { count, sentence } from '../../lib/text.ts';
import { byDay, peopleOf } from './deployment-line.ts';
import { Evidence } from './evidence.tsx';

const SHOWN_FIRST = 8;

const MARKS: Readonly<Partial<Record<Phase, readonly [string, IconName]>>> = {
  Deployed: ['good', 'check-circle'],
  Failed: ['bad', 'x-circle'],
};

/** What was deployed where, by whom, and where the proof is. */
export function Deployments({ deployments }: { readonly deployments: readonly Deployment[] }): ReactElement {
  const [all, setAll] = useState(false);
  const now = useNow();
  if (deployments.length === 0) {
    return (
      <Notice icon="clock" title="Nothing has been deployed yet">
        <p>Each deployment leaves a signed record here.</p>
      </Notice>
    );
  }
  const shown = all ? deployments : deployments.slice(0, SHOWN_FIRST);
  const hidden = deployments.length - shown.length;
  return (
    <>
      {byDay(shown, now).map((day) => (
        <section key={day.name} className="day">
          <h3>{day.name}</h3>
          <ol className="timeline">
            {day.deployments.map((deployment) => (
              <Line key={deployment.promotion} deployment={deployment} />
            ))}
          </ol>
        </section>
      ))}
      {hidden === 0 ? null : (
        <button type="button" className="button quiet" onClick={() => setAll(true)}>
          Show {count(hidden, 'older deployment')}
        </button>
      )}
    </>
  );
}

function Line({ deployment }: { readonly deployment: Deployment }): ReactElement {
  const { service, environment, target, previous, phase, message, at, mergeRequest } = deployment;
  const [tone, icon] = MARKS[phase] ?? ['quiet', 'undo'];
  return (
    <li className={`deployment ${tone}`}>
      <Icon name={icon} />
      <div>
        <p className="deployment-what">
          <b>{service}</b> {previous === undefined ? null : <span className="old">{previous}</span>}{' '}
          <span className="visually-hidden">to </span>
          <span className="new">{target.version}</span> <span className="environment-tag">{environment}</span>
          {deployment.rollback ? <span className="mark">rollback</span> : null}
          {phase === 'Deployed' ? null : <span className={`outcome ${tone}`}>{sentence(phase)}</span>}
        </p>
        <p className="deployment-who">
          <RelativeTime time={at} /> · {peopleOf(deployment)}
        </p>
        {message === undefined ? null : <p className="cell-message">{message}</p>}
      </div>
      <p className="deployment-links">
        <Evidence deployment={deployment} />
        <a href={mergeRequest.url} target="_blank" rel="noreferrer">
          !{mergeRequest.iid}
          <span className="visually-hidden"> merge request</span>
        </a>
      </p>
    </li>
  );
}
