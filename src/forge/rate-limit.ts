export interface LimitedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What the body says. */
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** GitHub asks for a minute at least where it names no time. */
const USUAL_SECONDS = 60;
const SECONDARY = /secondary rate limit|abuse detection/i;

/**
 * Whether a call was refused for being one too many, so that it was not carried out, and after how many seconds to come
 * back (0: not said). GitLab answers 429 with `retry-after`; GitHub 403 or 429 with `retry-after`, or with no calls
 * remaining until `x-ratelimit-reset`, or with a text alone.
 */
export function waitOf({ status, headers, reason, now }: LimitedAnswer): {
  readonly isLimit: boolean;
  readonly seconds: number;
} {
  const after = retryAfter(headers.get('retry-after'), now);
  const isSpent = (headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')) === '0';
  const isLimit = status === 429 || (status === 403 && (after > 0 || isSpent || SECONDARY.test(reason)));
  if (!isLimit || after > 0) return { isLimit, seconds: after };
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? 0) || 0;
  if (isSpent && reset > 0) return { isLimit, seconds: Math.max(1, Math.ceil(reset - now / 1000)) };
  return { isLimit, seconds: SECONDARY.test(reason) ? USUAL_SECONDS : 0 };
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(text: string | null, now: number): number {
  if (text === null) return 0;
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
