import type { ReactElement } from 'react';
import { Notice, Skeleton } from '../components/notice.tsx';
import { useMe } from '../lib/queries.ts';
import { SignInScreen } from './sign-in-screen.tsx';
import { Workspace } from './workspace.tsx';

/** Whoever is signed in sees the workspace; whoever is not, how to sign in. */
export function App(): ReactElement {
  const { data, error, refetch } = useMe();
  if (data?.user) return <Workspace user={data.user} />;
  if (data !== undefined) return <SignInScreen />;
  if (error !== null) {
    return (
      <main className="alone">
        <Notice icon="warning" tone="bad" title="Cannot reach stoa-cd">
          <p>{error.message}</p>
          <button type="button" className="button primary" onClick={() => void refetch()}>
            Try again
          </button>
        </Notice>
      </main>
    );
  }
  return (
    <main className="alone">
      <Skeleton rows={3} label="Loading" />
    </main>
  );
}
