import { createContext, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';

interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

export interface Tell {
  done(text: string): void;
  failed(text: string): void;
}

const ToastContext = createContext<Tell | undefined>(undefined);
const SHOWN_MS = 6_000;

/** How the page tells what became of an action. */
export function useTell(): Tell {
  const tell = useContext(ToastContext);
  if (tell === undefined) throw new Error('Cannot tell anything outside of <Toasts>');
  return tell;
}

/** Short notices at the edge; what failed stays until it is dismissed. */
export function Toasts({ children }: { readonly children: ReactNode }): ReactElement {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const tell = useMemo<Tell>(() => {
    const show = (tone: Toast['tone'], text: string): number => {
      const id = next.current++;
      setToasts((shown) => [...shown.slice(-3), { id, tone, text }]);
      return id;
    };
    return {
      done: (text) => {
        const id = show('good', text);
        setTimeout(() => drop(id), SHOWN_MS);
      },
      failed: (text) => void show('bad', text),
    };
  }, [drop]);
  return (
    <ToastContext value={tell}>
      {children}
      <div className="toasts" aria-live="polite" aria-relevant="additions" role="status">
        {toasts.map(({ id, tone, text }) => (
          <p key={id} className={`toast ${tone}`}>
            <Icon name={tone === 'good' ? 'check-circle' : 'x-circle'} />
            <span>{text}</span>
            <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => drop(id)}>
              <Icon name="close" />
            </button>
          </p>
        ))}
      </div>
    </ToastContext>
  );
}
