import type { Overview } from './contract.ts';

/** How fresh what the page shows is. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** The part of `EventSource` that is used. */
export interface EventStream {
  readonly readyState: number;
  onerror: ((event: never) => void) | null;
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface LiveOptions {
  readonly open: () => EventStream;
  readonly onOverview: (overview: Overview) => void;
  readonly onApplication: (name: string) => void;
  readonly onState: (state: LiveState) => void;
  /** The stream was refused rather than lost: perhaps nobody is signed in any more. */
  readonly onRefused: () => void;
  /** Calls `run` after `ms`; returns the way to cancel. */
  readonly after: (ms: number, run: () => void) => () => void;
}

const CLOSED = 2;
/** The server speaks at least every 15 s. */
const SILENCE_MS = 40_000;
/** A stream that is back within this time was never shown as lost: the server ends it when a session is renewed. */
const PATIENCE_MS = 2_500;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/** Keeps one event stream open for as long as it is wanted. Returns the way to end it. */
export function follow(options: LiveOptions): () => void {
  let stream: EventStream | undefined;
  let failures = 0;
  let ended = false;
  const cancel = { silence: nothing, patience: nothing, retry: nothing };

  function heard(): void {
    failures = 0;
    cancel.patience();
    cancel.patience = nothing;
    options.onState('live');
    cancel.silence();
    cancel.silence = options.after(SILENCE_MS, () => {
      stream?.close();
      lost();
      connect();
    });
  }

  function lost(): void {
    cancel.silence();
    if (cancel.patience !== nothing) return;
    cancel.patience = options.after(PATIENCE_MS, () => options.onState('reconnecting'));
  }

  function failed(): void {
    lost();
    // A stream that was lost reconnects by itself; one that was refused never does.
    if (stream?.readyState !== CLOSED) return;
    options.onRefused();
    cancel.retry();
    cancel.retry = options.after(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++), connect);
  }

  function connect(): void {
    if (ended) return;
    stream = options.open();
    stream.onerror = failed;
    stream.addEventListener('heartbeat', heard);
    stream.addEventListener('overview', ({ data }) => {
      heard();
      options.onOverview(JSON.parse(data) as Overview);
    });
    stream.addEventListener('application', ({ data }) => {
      heard();
      options.onApplication((JSON.parse(data) as { readonly name: string }).name);
    });
  }

  options.onState('connecting');
  connect();
  return () => {
    ended = true;
    for (const stop of Object.values(cancel)) stop();
    stream?.close();
  };
}

function nothing(): void {
  // Takes the place of a timer that is not set.
}
