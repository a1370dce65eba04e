import type { ReactElement } from 'react';
import { useNow } from '../lib/now.ts';
import { relativeTime } from '../lib/text.ts';

/** `3 hr. ago`, with the exact time at hand. */
export function RelativeTime({ time }: { readonly time: string }): ReactElement {
  const now = useNow();
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {relativeTime(time, now)}
    </time>
  );
}
