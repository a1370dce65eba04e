/** What running one case came to. */
export interface Verdict {
  readonly verdict: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
  /** Counted over all cases and printed, for instance `byteEqual`. */
  readonly facts?: Readonly<Record<string, boolean>>;
  /** Shown with `--verbose`. */
  readonly detail?: string;
}

export interface Case {
  readonly id: string;
  /** Results are also counted apart by tier, where cases have one. */
  readonly tier?: string;
}

/** How the suites of recorded calls answer. */
export type RecordedVerdict =
  | { readonly passed: true }
  | { readonly passed: false; readonly complaints: readonly string[] }
  | { readonly skipped: string };

export function toVerdict(result: Verdict | RecordedVerdict): Verdict {
  if ('verdict' in result) return result;
  if ('skipped' in result) return { verdict: 'skipped', reason: result.skipped };
  if (result.passed) return { verdict: 'passed' };
  const [first = ''] = result.complaints;
  return { verdict: 'failed', reason: first, detail: result.complaints.join('\n') };
}
