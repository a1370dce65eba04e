import type { Context, MiddlewareHandler } from 'hono';
import { CrossSiteError, NotFoundError } from './errors.ts';
import type { Caller } from './sign-on/sessions.ts';
import { isLoopback } from './sign-on/identity-provider.ts';

/** Header that a page elsewhere cannot add without asking first (CORS), and that we never allow it to. */
const REQUESTED_WITH = 'x-requested-with';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers that every answer has. */
export function secureHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('content-security-policy', POLICY);
    headers.set('x-content-type-options', 'nosniff');
    headers.set('referrer-policy', 'same-origin');
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-resource-policy', 'same-origin');
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  };
}

/**
 * Answers only under the address that the page was given, so that a name that is made to point here (DNS rebinding)
 * reaches nothing. Other names of loopback are sent to that address, because cookies and redirect URIs belong to it.
 */
export function onlyUnderOwnName(publicUrl: string): MiddlewareHandler {
  const own = new URL(publicUrl);
  return async (context, next) => {
    const host = context.req.header('host') ?? new URL(context.req.url).host;
    if (host === own.host || isForMachines(context.req.path)) return next();
    const asked = URL.parse(`http://${host}`);
    if (context.req.method === 'GET' && asked !== null && isLoopback(asked.hostname) && asked.port === own.port) {
      const { pathname, search } = new URL(context.req.url);
      return context.redirect(new URL(`${pathname}${search}`, own).href, 302);
    }
    throw new NotFoundError(`Nothing is served under this name, use ${own.origin}`);
  };
}

/**
 * Refuses a change that a foreign page may have caused: a cookie comes along by itself, the header and the origin do not.
 * @throws CrossSiteError
 */
export function assertSameSite(context: Context, caller: Pick<Caller, 'by'>, publicUrl: string): void {
  if (context.req.header(REQUESTED_WITH) === undefined) {
    throw new CrossSiteError(`Send the header ${REQUESTED_WITH} with a request that changes something`);
  }
  if (caller.by === 'bearer') return;
  if (context.req.header('origin') !== new URL(publicUrl).origin) {
    throw new CrossSiteError('The request comes from another site');
  }
}

function isForMachines(path: string): boolean {
  return path === '/healthz' || path === '/api/webhook';
}
