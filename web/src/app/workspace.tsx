import type { ReactElement } from 'react';
import { Notice, Skeleton } from '../components/notice.tsx';
import { Toasts } from '../components/toasts.tsx';
import { Applications } from '../features/applications/applications.tsx';
import { Board } from '../features/board/board.tsx';
import { Decisions } from '../features/board/decisions.tsx';
import { Deployments } from '../features/deployments/deployments.tsx';
import { Exceptions } from '../features/exceptions/exceptions.tsx';
import { FreezeButton } from '../features/exceptions/freeze-button.tsx';
import type { Overview, User } from '../lib/contract.ts';
import { useLive, useOverview } from '../lib/queries.ts';
import { Header } from './header.tsx';

/** The page of somebody who is signed in. */
export function Workspace({ user }: { readonly user: User }): ReactElement {
  const live = useLive();
  const { data, error, refetch } = useOverview();
  return (
    <Toasts>
      <a className="skip" href="#delivery">
        Skip to the delivery board
      </a>
      <Header user={user} live={live} />
      <main>
        {data?.ready === true ? (
          <Content overview={data} />
        ) : error === null || data !== undefined ? (
          <Skeleton rows={6} label="Loading the delivery board" />
        ) : (
          <Notice icon="warning" tone="bad" title="Cannot show the delivery board">
            <p>{error.message}</p>
            <button type="button" className="button primary" onClick={() => void refetch()}>
              Try again
            </button>
          </Notice>
        )}
      </main>
    </Toasts>
  );
}

function Content({ overview }: { readonly overview: Overview }): ReactElement {
  return (
    <>
      <section aria-labelledby="delivery">
        <div className="section-head">
          <h2 id="delivery" tabIndex={-1}>
            Delivery
          </h2>
          <Decisions overview={overview} />
          <FreezeButton environments={overview.environments} />
        </div>
        <Exceptions overview={overview} />
        <Board overview={overview} />
      </section>
      <div className="lower">
        <section className="panel" aria-labelledby="deployments">
          <h2 id="deployments">Deployments</h2>
          <Deployments deployments={overview.deployments} />
        </section>
        <section className="panel" aria-labelledby="applications">
          <h2 id="applications">Applications</h2>
          <Applications applications={overview.applications} />
        </section>
      </div>
    </>
  );
}
