import { useState } from 'react';
import type { ReactElement } from 'react';
import { ActionButton } from '../../components/action-button.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { useAction } from '../../components/use-action.ts';
import type { Action, OpenPromotion } from '../../lib/contract.ts';
import { api } from '../../lib/queries.ts';

interface BreakGlassProps {
  readonly promotion: OpenPromotion;
  readonly action: Action;
}

/** The way past approvals, order and windows, for an emergency. */
export function BreakGlass({ promotion, action }: BreakGlassProps): ReactElement {
  const { service, environment, release, target } = promotion;
  const [asking, setAsking] = useState(false);
  const about = `${service} ${target.version} for ${environment}`;
  const verb = useAction(
    (reason: string) => api.breakGlass({ service, environment, release, reason }),
    `The glass of ${environment} is broken for ${service} ${target.version}`,
  );
  return (
    <>
      <ActionButton
        label="Break glass…"
        about={about}
        action={action}
        busy={verb.busy}
        onPress={() => setAsking(true)}
        icon="warning"
        kind="quiet"
        reason="tip"
      />
      {asking ? (
        <ReasonDialog
          title={`Bring ${service} ${target.version} to ${environment} at once?`}
          confirm="Break the glass"
          onConfirm={verb.press}
          onClose={() => setAsking(false)}
        >
          <p>
            It goes past approvals, order and windows. Everybody sees it, the ledger has it, and somebody else has to
            review it afterwards. What is wrong with the image itself still stops it.
          </p>
        </ReasonDialog>
      ) : null}
    </>
  );
}
