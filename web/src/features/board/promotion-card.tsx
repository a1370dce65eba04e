import type { ReactElement } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { Badge } from '../../components/badge.tsx';
import type { Tone } from '../../components/badge.tsx';
import type { IconName } from '../../components/icon.tsx';
import { Icon } from '../../components/icon.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useAction } from '../../components/use-action.ts';
import type { OpenPromotion, Phase } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';
import { sentence } from '../../lib/text.ts';
import { awaitsPeople } from './board-row.ts';
import { BreakGlass } from './break-glass.tsx';
import { GateList } from './gate-list.tsx';

const PHASES: Readonly<Partial<Record<Phase, readonly [Tone, IconName, string]>>> = {
  Waiting: ['warn', 'clock', 'Waiting for gates'],
  AwaitingDeploy: ['warn', 'rocket', 'Ready to deploy'],
  Deploying: ['busy', 'spinner', 'Deploying'],
  Verifying: ['busy', 'spinner', 'Verifying'],
};

/** One release on its way into one environment: gates, and what people may do about it. */
export function PromotionCard({ promotion }: { readonly promotion: OpenPromotion }): ReactElement {
  const { name, service, target, environment, current, phase, message, requestedBy, openedAt, mergeRequest } =
    promotion;
  const [tone, icon, text] = PHASES[phase] ?? ['quiet', 'question', sentence(phase)];
  return (
    <article
      className={`promotion ${tone}${tone === 'busy' ? ' moving' : ''}`}
      id={`promotion-${name}`}
      aria-label={`Promotion of ${service} ${target.version} to ${environment}`}
      data-testid={`promotion-${name}`}
      tabIndex={-1}
    >
      <header>
        <p className="promotion-way">
          {current === undefined ? null : (
            <>
              <span className="old">{current}</span>
              <Icon name="arrow" />
            </>
          )}
          <b>{target.version}</b>
          {promotion.rollback ? <span className="mark">rollback</span> : null}
          {promotion.need === undefined ? null : <span className="mark bad">break-glass</span>}
        </p>
        <Badge tone={tone} icon={icon} text={text} label="Phase" />
      </header>
      <p className="promotion-who">
        Asked for by <b>{requestedBy}</b> {openedAt === undefined ? null : <RelativeTime time={openedAt} />}
      </p>
      {promotion.need === undefined ? null : <p className="cell-message">In need: {promotion.need.reason}</p>}
      {message === undefined ? null : <p className="cell-message">{message}</p>}
      <GateList gates={promotion.gates} />
      {awaitsPeople(promotion) ? <Decisions promotion={promotion} /> : null}
      <footer>
        <a href={mergeRequest.url} target="_blank" rel="noreferrer">
          <Icon name="merge" />
          Merge request !{mergeRequest.iid}
        </a>
        <a href={mergeRequest.diff} target="_blank" rel="noreferrer">
          Diff
        </a>
      </footer>
    </article>
  );
}

function Decisions({ promotion }: { readonly promotion: OpenPromotion }): ReactElement {
  const { name, service, target, environment, phase } = promotion;
  const about = `${service} ${target.version} for ${environment}`;
  const approval = useAction(() => api.approve(name), `Approved ${about}`);
  const deployment = useAction(() => api.deploy(name), `Deploying ${service} ${target.version} to ${environment}`);
  const approve = phase === 'Waiting' ? promotion.approve : undefined;
  const { deploy } = promotion;
  return (
    <div className="decisions">
      {approve === undefined ? null : (
        <ActionButton
          label="Approve"
          about={about}
          action={approve}
          busy={approval.busy}
          onPress={() => approval.press()}
          icon="check"
        />
      )}
      {deploy === undefined ? null : (
        <ActionButton
          label={`Deploy to ${environment}`}
          about={about}
          action={deploy}
          busy={deployment.busy}
          onPress={() => deployment.press()}
          icon="rocket"
          kind={phase === 'Waiting' ? 'plain' : 'primary'}
        />
      )}
      {promotion.breakGlass?.allowed === true ? (
        <BreakGlass promotion={promotion} action={promotion.breakGlass} />
      ) : null}
    </div>
  );
}
