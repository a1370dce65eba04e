import { useState } from 'react';
import type { ReactElement } from 'react';
import { Icon, Logo } from '../components/icon.tsx';
import type { IconName } from '../components/icon.tsx';
import { useAction } from '../components/use-action.ts';
import type { User } from '../lib/contract.ts';
import type { LiveState } from '../lib/live.ts';
import { api } from '../lib/queries.ts';
import { applyTheme, nextTheme, readTheme } from '../lib/theme.ts';
import type { Theme } from '../lib/theme.ts';

const LIVE: Readonly<Record<LiveState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
};

/** Who is signed in, how fresh the page is, and the way out. */
export function Header({ user, live }: { readonly user: User; readonly live: LiveState }): ReactElement {
  const signOut = useAction(async () => location.assign((await api.signOut()).location), 'Signing out');
  return (
    <header className="top">
      <div className="brand">
        <Logo />
        <h1>stoa-cd</h1>
      </div>
      <p className={`live ${live}`} role="status" data-testid="live" data-state={live}>
        <span className="dot" aria-hidden="true" />
        {LIVE[live]}
      </p>
      <div className="who" data-testid="user">
        <span className="who-name">{user.displayName}</span>
        <ul className="groups" aria-label="Groups">
          {user.groups.map((group) => (
            <li key={group}>{group}</li>
          ))}
        </ul>
      </div>
      <ThemeButton />
      <button type="button" className="button plain" aria-busy={signOut.busy} onClick={() => signOut.press()}>
        Sign out
      </button>
    </header>
  );
}

const THEME_ICONS: Readonly<Record<Theme, IconName>> = { system: 'screen', light: 'sun', dark: 'moon' };

function ThemeButton(): ReactElement {
  const [theme, setTheme] = useState(readTheme);
  const next = nextTheme(theme);
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <Icon name={THEME_ICONS[theme]} />
    </button>
  );
}
