import type { Context } from 'hono';
import { z } from 'zod';
import type { Clock } from '../../core/index.ts';
import { userSchema } from '../contract.ts';
import type { User } from '../contract.ts';
import { NotSignedInError } from '../errors.ts';
import type { IdentityProvider, SignedInTokens } from './identity-provider.ts';
import type { SealedCookie } from './sealed-cookie.ts';

/** An access token that ends sooner than this is renewed first, so that it lasts for what it is passed on to. */
const RENEW_BEFORE_MS = 30_000;
/** Several requests may bring the same cookie while it is renewed; they get the same answer this long. */
const SHARE_MS = 30_000;
export const SESSION_SECONDS = 12 * 60 * 60;

/** Who makes a request. */
export interface Caller {
  readonly user: User;
  readonly accessToken: string;
  /** Milliseconds since the epoch at which the access token ends; absent for a bearer token. */
  readonly expires?: number;
  /** A cookie is sent by the browser on its own, so that a foreign page could use it; a bearer token is not. */
  readonly by: 'cookie' | 'bearer';
}

const sessionSchema = z.object({
  user: userSchema,
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  idToken: z.string().optional(),
  expires: z.number(),
  until: z.number(),
});

type Session = z.infer<typeof sessionSchema>;

export interface SessionsOptions {
  readonly provider: IdentityProvider;
  readonly cookie: SealedCookie;
  readonly clock: Clock;
}

/** Sessions of browsers, kept in their cookies, and bearer tokens of command lines. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #renewing = new Map<string, Promise<SignedInTokens>>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  async open(context: Context, tokens: SignedInTokens): Promise<void> {
    await this.#write(context, tokens, this.#options.clock.now() + SESSION_SECONDS * 1_000);
  }

  /** `undefined` for somebody who brings nothing. @throws NotSignedInError when what they bring is not good */
  async caller(context: Context): Promise<Caller | undefined> {
    const [scheme = '', token = ''] = (context.req.header('authorization') ?? '').split(' ');
    if (scheme.toLowerCase() === 'bearer') {
      return { user: await this.#options.provider.verify(token), accessToken: token, by: 'bearer' };
    }
    const session = await this.#read(context);
    if (session === undefined) return undefined;
    const tokens = await this.#fresh(context, session);
    return { user: tokens.user, accessToken: tokens.accessToken, expires: tokens.expires, by: 'cookie' };
  }

  /** Forgets the session. @returns its ID token, for the provider */
  async close(context: Context): Promise<string | undefined> {
    const session = await this.#read(context);
    this.#options.cookie.clear(context);
    return session?.idToken;
  }

  async #fresh(context: Context, session: Session): Promise<SignedInTokens> {
    const { clock, cookie } = this.#options;
    const before = session as SignedInTokens;
    if (session.expires - RENEW_BEFORE_MS > clock.now()) return before;
    try {
      const tokens = await this.#renew(before);
      await this.#write(context, tokens, session.until);
      return tokens;
    } catch (error) {
      if (error instanceof NotSignedInError) cookie.clear(context);
      throw error;
    }
  }

  #renew(before: SignedInTokens): Promise<SignedInTokens> {
    const key = before.refreshToken ?? '';
    const running = this.#renewing.get(key) ?? this.#options.provider.refresh(before);
    if (!this.#renewing.has(key)) {
      this.#renewing.set(key, running);
      const forget = (): void => void this.#renewing.delete(key);
      running.then(() => this.#options.clock.after(SHARE_MS, forget), forget);
    }
    return running;
  }

  async #read(context: Context): Promise<Session | undefined> {
    return sessionSchema.safeParse(await this.#options.cookie.read(context)).data;
  }

  async #write(context: Context, tokens: SignedInTokens, until: number): Promise<void> {
    await this.#options.cookie.write(context, { ...tokens, until }, until);
  }
}
