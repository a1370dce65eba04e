import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Dialog } from './dialog.tsx';

interface ReasonDialogProps {
  readonly title: string;
  readonly confirm: string;
  /** What the text is for. @default 'Reason' */
  readonly label?: string;
  /** With the text and every other field of the form by its name. */
  readonly onConfirm: (reason: string, fields: ReadonlyMap<string, string>) => void;
  readonly onClose: () => void;
  /** What it means, and further fields. */
  readonly children: ReactNode;
}

const LONGEST = 1000;

/** Asks for the reason of something that others will want to know about. */
export function ReasonDialog(props: ReasonDialogProps): ReactElement {
  const { title, confirm, label = 'Reason', onConfirm, onClose, children } = props;
  const id = useId();
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        method="dialog"
        className="reason-form"
        onSubmit={(event) => {
          const entries = [...new FormData(event.currentTarget).entries()];
          const fields = new Map(entries.map(([name, value]) => [name, typeof value === 'string' ? value : '']));
          onConfirm((fields.get('reason') ?? '').trim(), fields);
        }}
      >
        {children}
        <label htmlFor={`${id}-reason`}>{label}</label>
        <textarea id={`${id}-reason`} name="reason" required minLength={3} maxLength={LONGEST} rows={3} />
        <div className="dialog-actions">
          <button type="button" className="button plain" onClick={onClose}>
            Cancel
          </button>
          <button className="button danger">{confirm}</button>
        </div>
      </form>
    </Dialog>
  );
}
