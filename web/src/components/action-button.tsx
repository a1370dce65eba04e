import { useId } from 'react';
import type { ReactElement } from 'react';
import type { Action } from '../lib/contract.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

interface ActionButtonProps {
  readonly label: string;
  readonly action: Action;
  readonly busy: boolean;
  readonly onPress: () => void;
  readonly icon?: IconName;
  readonly kind?: 'primary' | 'plain' | 'quiet';
  /** What the button is about, for those who do not see where it is. */
  readonly about: string;
  /** Shows the reason below the button, or only when it is hovered or focused. @default 'below' */
  readonly reason?: 'below' | 'tip';
}

/**
 * A button for something that this person may or may not do now. Where they may not it stays reachable by keyboard,
 * and says why.
 */
export function ActionButton(props: ActionButtonProps): ReactElement {
  const { label, action, busy, onPress, icon, kind = 'primary', about, reason = 'below' } = props;
  const id = useId();
  const shown = action.allowed ? undefined : action.reason;
  return (
    <span className={`action ${reason}`}>
      <button
        type="button"
        className={`button ${kind}`}
        aria-disabled={!action.allowed || busy}
        aria-busy={busy}
        aria-describedby={`${id}-about ${id}-reason`}
        onClick={() => {
          if (action.allowed && !busy) onPress();
        }}
      >
        {busy ? <Icon name="spinner" className="spin" /> : icon === undefined ? null : <Icon name={icon} />}
        {label}
      </button>
      <span id={`${id}-about`} className="visually-hidden">
        {about}
      </span>
      {shown === undefined ? null : (
        <span id={`${id}-reason`} className="reason" role={reason === 'tip' ? 'tooltip' : undefined}>
          {shown}
        </span>
      )}
    </span>
  );
}
