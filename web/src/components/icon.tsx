import type { ReactElement } from 'react';

const PATHS = {
  check: 'M20 6 9 17l-5-5',
  'check-circle': 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12.2l2.7 2.7L16 9.6',
  'x-circle': 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 9l6 6M15 9l-6 6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2',
  warning: 'M12 3.5 2.6 20h18.8L12 3.5ZM12 10v4.5M12 17.4v.1',
  pause: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM10 9v6M14 9v6',
  ghost:
    'M5 12a7 7 0 0 1 .9-3.4M9 5.7a7 7 0 0 1 3.4-.7M16 6.2a7 7 0 0 1 2.6 3.2M19 13a7 7 0 0 1-1.8 3.6M14 18.7a7 7 0 0 1-3.6.1M7.4 17.2A7 7 0 0 1 5.3 14',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.6 9.3a2.5 2.5 0 1 1 3.6 2.4c-.8.4-1.2.9-1.2 1.8M12 16.6v.1',
  spinner: 'M12 3a9 9 0 1 1-8.5 6',
  synced: 'M4 11a8 8 0 0 1 14-4.6L20 8.5M20 4v4.5h-4.5M20 13a8 8 0 0 1-14 4.6L4 15.5M4 20v-4.5h4.5',
  differs: 'M5 9h14M5 15h14M16 5 8 19',
  arrow: 'M4 12h16M14 6l6 6-6 6',
  'arrow-down': 'M12 4v16M6 14l6 6 6-6',
  undo: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  chevron: 'm9 6 6 6-6 6',
  merge:
    'M7 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7 20.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM17 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7 8.5v7M7.2 8.5c.6 2.4 3 3.5 7.3 3.5',
  shield: 'M12 3 5 6v5.5c0 4.3 2.9 7.6 7 9.5 4.1-1.9 7-5.2 7-9.5V6l-7-3ZM9 12l2.2 2.2L15.2 10',
  rocket:
    'M13.5 4.5c3-1.6 5-1.5 6-1 .5 1 .6 3-1 6-1.3 2.5-3.6 4.7-6.5 6.3L8.2 12C9.8 9.1 11.2 5.8 13.5 4.5ZM8.2 12H4.5l2.2-4h3M12 15.8v3.7l4-2.2v-3M6.5 15.5c-1.2.8-1.8 2.6-2 4 1.4-.2 3.2-.8 4-2',
  sun: 'M12 16.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2.5v2M12 19.5v2M4.5 12h-2M21.5 12h-2M6.7 6.7 5.3 5.3M18.7 18.7l-1.4-1.4M6.7 17.3l-1.4 1.4M18.7 5.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  close: 'M6 6l12 12M18 6 6 18',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration beside text that says the same: hidden from screen readers. */
export function Icon({ name, className = '' }: { readonly name: IconName; readonly className?: string }): ReactElement {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo(): ReactElement {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M6 12.5 16 6l10 6.5M7 25.5h18M9.5 14v9M16 14v9M22.5 14v9" />
    </svg>
  );
}
