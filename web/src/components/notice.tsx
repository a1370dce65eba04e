import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly tone?: 'plain' | 'bad';
  readonly children?: ReactNode;
}

/** Takes the place of content: nothing there yet, or an error. */
export function Notice({ icon, title, tone = 'plain', children }: NoticeProps): ReactElement {
  return (
    <div className={`notice ${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon name={icon} />
      <p className="notice-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey shapes where content is about to be. */
export function Skeleton({ rows, label }: { readonly rows: number; readonly label: string }): ReactElement {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="bone" />
      ))}
    </div>
  );
}
