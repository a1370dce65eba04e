import type { ReactElement } from 'react';
import { HealthBadge, SyncBadge } from '../../components/badge.tsx';
import { Icon } from '../../components/icon.tsx';
import { Notice, Skeleton } from '../../components/notice.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { ApplicationDetail, Resource } from '../../lib/contract.ts';
import { useApplication } from '../../lib/queries.ts';
import { sentence } from '../../lib/text.ts';
import { fullName, groupResources } from './resource-groups.ts';
import type { ResourceGroup } from './resource-groups.ts';

/** What an Application says about itself: conditions, the last operation, its resources. */
export function ApplicationPanel({ name }: { readonly name: string }): ReactElement {
  const { data, error } = useApplication(name);
  if (error !== null && data === undefined) {
    return (
      <Notice icon="warning" tone="bad" title="Cannot show this Application">
        <p>{error.message}</p>
      </Notice>
    );
  }
  if (data === undefined) return <Skeleton rows={4} label={`Loading ${name}`} />;
  return (
    <div className="application-panel">
      {data.conditions.map(({ type, message, at }) => (
        <p key={`${type} ${message}`} className="condition" role="alert">
          <Icon name="warning" />
          <span>
            <b>{sentence(type)}</b> {at === undefined ? null : <RelativeTime time={at} />}
            <br />
            {message}
          </span>
        </p>
      ))}
      <LastOperation application={data} />
      <ul className="resource-groups">
        {groupResources(data.resources).map((group) => (
          <Group key={group.kind} group={group} />
        ))}
      </ul>
    </div>
  );
}

function LastOperation({ application }: { readonly application: ApplicationDetail }): ReactElement | null {
  const { operation, repository, path } = application;
  const source = [repository?.replace(/^https?:\/\/[^/]+\//, ''), path]
    .filter((part) => part !== undefined)
    .join(' · ');
  const at = operation?.finishedAt ?? operation?.startedAt;
  return (
    <dl className="facts wide">
      <div>
        <dt>Source</dt>
        <dd>{source}</dd>
      </div>
      {operation === undefined ? null : (
        <div>
          <dt>Last sync</dt>
          <dd>
            {operation.phase} {at === undefined ? null : <RelativeTime time={at} />}
            {operation.message === undefined ? null : <span className="operation-message">{operation.message}</span>}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Group({ group }: { readonly group: ResourceGroup }): ReactElement {
  const { kind, resources, attention } = group;
  return (
    <li>
      <details open={attention}>
        <summary>
          <Icon name="chevron" />
          <span>{kind}</span> <span className="number">{resources.length}</span>
          {attention ? <span className="visually-hidden"> needs a look</span> : null}
        </summary>
        <ul className="resources">
          {resources.map((resource) => (
            <ResourceLine key={fullName(resource)} resource={resource} />
          ))}
        </ul>
      </details>
    </li>
  );
}

function ResourceLine({ resource }: { readonly resource: Resource }): ReactElement {
  const { sync, health, message, requiresPruning } = resource;
  return (
    <li>
      <span className="resource-name">{fullName(resource)}</span>
      <span className="badges">
        {requiresPruning ? <span className="badge warn">To be pruned</span> : null}
        {health === undefined ? null : <HealthBadge health={health} message={message} />}
        {sync === undefined ? null : <SyncBadge sync={sync} />}
      </span>
      {message === undefined ? null : <span className="cell-message">{message}</span>}
    </li>
  );
}
