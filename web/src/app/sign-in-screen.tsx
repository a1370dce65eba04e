import { useState } from 'react';
import type { ReactElement } from 'react';
import { Logo } from '../components/icon.tsx';

const MESSAGES: Readonly<Record<string, string>> = {
  refused: 'The sign-in did not succeed. Please try again.',
  unavailable: 'The identity provider does not answer. Please try again in a moment.',
};

/** What somebody sees who has not signed in. */
export function SignInScreen(): ReactElement {
  const [leaving, setLeaving] = useState(false);
  const message = MESSAGES[new URLSearchParams(location.search).get('sign-in') ?? ''];
  return (
    <main className="alone">
      <div className="sign-in">
        <Logo />
        <h1>stoa-cd</h1>
        <p>From a signed image to production, through Git, with the proof.</p>
        {message === undefined ? null : (
          <p className="toast bad" role="alert">
            {message}
          </p>
        )}
        <button
          type="button"
          className="button primary large"
          aria-busy={leaving}
          onClick={() => {
            setLeaving(true);
            location.assign('/auth/login');
          }}
        >
          Sign in
        </button>
      </div>
    </main>
  );
}
