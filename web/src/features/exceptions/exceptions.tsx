import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { Icon } from '../../components/icon.tsx';
import type { IconName } from '../../components/icon.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Action, FreezeView, OpenReview, Overview, QuarantineView } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';
import { shortHash } from '../../lib/text.ts';

/** What is out of the ordinary: environments that are frozen, images in quarantine, and what was done in need. */
export function Exceptions({ overview }: { readonly overview: Overview }): ReactElement | null {
  const { freezes, quarantines, reviews } = overview;
  if (freezes.length + quarantines.length + reviews.length === 0) return null;
  return (
    <section className="exceptions" aria-labelledby="exceptions">
      <h2 id="exceptions" className="visually-hidden">
        Exceptions
      </h2>
      <ul>
        {reviews.map((review) => (
          <Review key={review.promotion} review={review} />
        ))}
        {freezes.map((freeze) => (
          <Freeze key={`${freeze.environment} ${freeze.service ?? ''}`} freeze={freeze} />
        ))}
        {quarantines.map((quarantine) => (
          <Quarantine key={quarantine.digest} quarantine={quarantine} />
        ))}
      </ul>
    </section>
  );
}

interface ExceptionProps {
  readonly icon: IconName;
  readonly tone: 'bad' | 'warn';
  readonly title: string;
  readonly reason: string;
  readonly who: ReactNode;
  readonly button: {
    readonly label: string;
    readonly action: Action;
    readonly busy: boolean;
    readonly onPress: () => void;
  };
}

function Exception({ icon, tone, title, reason, who, button }: ExceptionProps): ReactElement {
  return (
    <li className={`exception ${tone}`}>
      <Icon name={icon} />
      <div>
        <p>
          <b>{title}</b> {reason}
        </p>
        <p className="deployment-who">{who}</p>
      </div>
      <ActionButton {...button} about={title} kind="plain" reason="tip" />
    </li>
  );
}

function Freeze({ freeze }: { readonly freeze: FreezeView }): ReactElement {
  const { environment, service, by, reason, until, lift } = freeze;
  const what = service === undefined ? environment : `${service} in ${environment}`;
  const target = service === undefined ? { environment } : { environment, service };
  const action = useAction(() => api.unfreeze(target), `${what} is free again`);
  const end = until === undefined ? 'until somebody lifts it' : <>until {new Date(until).toLocaleString()}</>;
  return (
    <Exception
      icon="pause"
      tone="warn"
      title={`${what} is frozen`}
      reason={reason}
      who={
        <>
          by {by}, {end}
        </>
      }
      button={{ label: 'Lift', action: lift, busy: action.busy, onPress: () => action.press() }}
    />
  );
}

function Quarantine({ quarantine }: { readonly quarantine: QuarantineView }): ReactElement {
  const { digest, image, reason, by, at, lift } = quarantine;
  const [asking, setAsking] = useState(false);
  const name = `${image.split('/').at(-1) ?? image}@${shortHash(digest, 12)}`;
  const action = useAction(
    (why: string) => api.liftQuarantine({ digest, reason: why }),
    `${name} is out of quarantine`,
  );
  return (
    <>
      <Exception
        icon="x-circle"
        tone="bad"
        title={`${name} is in quarantine`}
        reason={reason}
        who={
          <>
            by {by} <RelativeTime time={at} />
          </>
        }
        button={{ label: 'Lift', action: lift, busy: action.busy, onPress: () => setAsking(true) }}
      />
      {asking ? (
        <ReasonDialog
          title={`Lift the quarantine of ${name}?`}
          confirm="Lift the quarantine"
          onConfirm={action.press}
          onClose={() => setAsking(false)}
        >
          <p>From then on every environment may be given it again.</p>
        </ReasonDialog>
      ) : null}
    </>
  );
}

function Review({ review }: { readonly review: OpenReview }): ReactElement {
  const { promotion, service, environment, version, by, reason } = review;
  const [asking, setAsking] = useState(false);
  const what = `${service} ${version} in ${environment}`;
  const action = useAction((comment: string) => api.review(promotion, comment), `You have reviewed ${what}`);
  return (
    <>
      <Exception
        icon="warning"
        tone="bad"
        title={`${what} went past the gates`}
        reason={reason}
        who={`by ${by}; it waits for a review by somebody else`}
        button={{ label: 'Review', action: review.review, busy: action.busy, onPress: () => setAsking(true) }}
      />
      {asking ? (
        <ReasonDialog
          title={`Close the review of ${what}?`}
          confirm="Close the review"
          label="What did you find?"
          onConfirm={action.press}
          onClose={() => setAsking(false)}
        >
          <p>
            {by} brought it there in need: {reason}
          </p>
        </ReasonDialog>
      ) : null}
    </>
  );
}
