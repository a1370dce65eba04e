import { useState } from 'react';
import type { ReactElement } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { HealthBadge, SyncBadge, healthTone } from '../../components/badge.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Cell, Version } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';
import { shortHash } from '../../lib/text.ts';
import { isMoving } from './board-row.ts';
import type { Stop } from './board-row.ts';

/** What runs of a service in one environment, and how it is. */
export function CellCard({ service, stop }: { readonly service: string; readonly stop: Stop }): ReactElement {
  const { environment, cell } = stop;
  const name = `${service} in ${environment.name}`;
  if (cell === undefined) {
    return (
      <article className="cell absent" aria-label={name}>
        <p>Does not go to {environment.name}</p>
      </article>
    );
  }
  const moving = isMoving(cell);
  return (
    <article
      className={`cell ${healthTone(cell.health)}${moving ? ' moving' : ''}`}
      aria-label={name}
      aria-busy={moving}
      data-testid={`cell-${service}-${environment.name}`}
    >
      <p className="cell-environment">{environment.name}</p>
      <RunningVersion running={cell.running} />
      <div className="badges">
        <HealthBadge health={cell.health} message={cell.message} />
        <SyncBadge sync={cell.sync} busy={cell.syncing} />
      </div>
      {cell.health !== 'Healthy' && cell.message !== undefined ? (
        <p className="cell-message" title={cell.message}>
          {cell.message}
        </p>
      ) : null}
      <footer>
        {cell.since === undefined ? <span /> : <RelativeTime time={cell.since} />}
        <RollBack service={service} cell={cell} />
      </footer>
    </article>
  );
}

function RunningVersion({ running }: { readonly running: Version | undefined }): ReactElement {
  if (running === undefined) return <p className="version none">Nothing runs yet</p>;
  const { version, digest, commit } = running;
  return (
    <>
      <p className="version">{version === '' ? 'no tag' : version}</p>
      <dl className="facts">
        <div>
          <dt>Digest</dt>
          <dd>
            {digest === '' ? (
              <span className="warn-text">by tag only</span>
            ) : (
              <code title={digest}>{shortHash(digest, 12)}</code>
            )}
          </dd>
        </div>
        <div>
          <dt>Commit</dt>
          <dd>{commit === undefined ? 'not a release' : <code title={commit}>{shortHash(commit)}</code>}</dd>
        </div>
      </dl>
    </>
  );
}

function RollBack({ service, cell }: { readonly service: string; readonly cell: Cell }): ReactElement {
  const [asking, setAsking] = useState(false);
  const { environment, rollback } = cell;
  const target = rollback.version ?? 'the release before';
  const action = useAction(
    () => api.rollback({ service, environment }),
    `Rolling ${service} in ${environment} back to ${target}: the merge request is open`,
  );
  return (
    <>
      <ActionButton
        label="Roll back"
        about={`${service} in ${environment}`}
        action={rollback}
        busy={action.busy}
        onPress={() => setAsking(true)}
        icon="undo"
        kind="quiet"
        reason="tip"
      />
      {asking ? (
        <ConfirmDialog
          title={`Roll back ${service} in ${environment}?`}
          confirm={`Roll back to ${target}`}
          onConfirm={() => action.press()}
          onClose={() => setAsking(false)}
        >
          <p>
            {environment} goes from <b>{cell.running?.version ?? 'what runs'}</b> back to <b>{target}</b>, through a
            merge request, so that Git says what runs.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
