import { Hono } from 'hono';
import { z } from 'zod';
import { AppError, messageOf } from '../../core/index.ts';
import type { Logger } from '../../core/index.ts';
import { IdentityProviderError, NotSignedInError } from '../errors.ts';
import { assertSameSite } from '../guard.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { SealedCookie } from './sealed-cookie.ts';
import type { Sessions } from './sessions.ts';

export const SIGN_IN_SECONDS = 10 * 60;

const pendingSchema = z.object({ verifier: z.string(), state: z.string(), nonce: z.string(), returnTo: z.string() });

export interface SignOnPorts {
  readonly provider: IdentityProvider;
  readonly sessions: Sessions;
  /** Remembers the checks while somebody is at the provider. */
  readonly pending: SealedCookie;
  /** Where browsers reach the page. */
  readonly publicUrl: string;
  readonly logger: Logger;
}

/** Sign-in and sign-out of browsers. */
export function signOnRoutes({ provider, sessions, pending, publicUrl, logger }: SignOnPorts): Hono {
  const app = new Hono();
  app.get('/login', async (context) => {
    const { url, checks } = await provider.begin(callbackUrl(publicUrl));
    await pending.write(context, { ...checks, returnTo: safePath(context.req.query('return_to')) });
    return context.redirect(url.href, 303);
  });
  app.get('/callback', async (context) => {
    const known = pendingSchema.safeParse(await pending.read(context));
    pending.clear(context);
    if (!known.success) throw new NotSignedInError('The sign-in took too long, or began in another browser: try again');
    const { returnTo, ...checks } = known.data;
    const { search } = new URL(context.req.url);
    const tokens = await provider.finish(new URL(`${callbackUrl(publicUrl)}${search}`), checks);
    await sessions.open(context, tokens);
    logger.info('Signed in', { user: tokens.user.name });
    return context.redirect(returnTo, 303);
  });
  app.post('/logout', async (context) => {
    assertSameSite(context, { by: 'cookie' }, publicUrl);
    const home = new URL('/', publicUrl).href;
    const idToken = await sessions.close(context);
    // Who cannot be signed out at the provider is signed out here all the same.
    const url = await provider.endSessionUrl(idToken, home).catch(unlessUnreachable);
    return context.json({ location: url?.href ?? home });
  });
  // A person looks at this answer, so that the page shows it.
  app.onError((error, context) => {
    if (context.req.method !== 'GET' || !(error instanceof AppError)) throw error;
    logger.warn('A sign-in failed', { path: context.req.path, error: error.message, cause: messageOf(error.cause) });
    return context.redirect(`/?sign-in=${error instanceof NotSignedInError ? 'refused' : 'unavailable'}`, 303);
  });
  return app;
}

function unlessUnreachable(error: unknown): undefined {
  if (error instanceof IdentityProviderError) return undefined;
  throw error;
}

/** Redirect URI to register at the provider. */
function callbackUrl(publicUrl: string): string {
  return new URL('/auth/callback', publicUrl).href;
}

/** A path on this server, never an address elsewhere. */
function safePath(path = '/'): string {
  return /^\/(?![/\\])[\w\-./#=&?%]*$/.test(path) ? path : '/';
}
