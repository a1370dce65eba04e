import type { ReactElement, ReactNode } from 'react';
import { Dialog } from './dialog.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly confirm: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Asks before something that is awkward to take back. */
export function ConfirmDialog({ title, confirm, onConfirm, onClose, children }: ConfirmDialogProps): ReactElement {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <form method="dialog" className="dialog-actions">
        <button className="button plain">Cancel</button>
        <button className="button danger" onClick={onConfirm}>
          {confirm}
        </button>
      </form>
    </Dialog>
  );
}
