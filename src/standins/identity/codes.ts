import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/index.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

const LIFETIME_MS = 60_000;
const CAPACITY = 1_000;

interface Issued {
  readonly request: AuthorizationRequest;
  readonly user: string;
  readonly expires: number;
  /** Set once the code was traded: the sign-in to end when it is presented again. */
  grant?: string;
}

export interface CodeTrade {
  readonly code: string;
  readonly client: string;
  readonly redirectUri: string;
  readonly verifier: string;
}

export type CodeResult =
  | {
      readonly outcome: 'traded';
      readonly request: AuthorizationRequest;
      readonly user: string;
      settle(grant: string): void;
    }
  | { readonly outcome: 'replayed'; readonly grant: string }
  | { readonly outcome: 'refused' };

/** Authorization codes: good once, for a minute, for the client, redirect URI and verifier that they were asked with. */
export class Codes {
  readonly #clock: Clock;
  readonly #issued = new Map<string, Issued>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(request: AuthorizationRequest, user: string): string {
    for (const [key, { expires }] of this.#issued) {
      if (expires > this.#clock.now() && this.#issued.size < CAPACITY) break;
      this.#issued.delete(key);
    }
    const code = randomBytes(32).toString('base64url');
    this.#issued.set(code, { request, user, expires: this.#clock.now() + LIFETIME_MS });
    return code;
  }

  trade({ code, client, redirectUri, verifier }: CodeTrade): CodeResult {
    const issued = this.#issued.get(code);
    if (issued === undefined || issued.expires <= this.#clock.now()) return { outcome: 'refused' };
    if (issued.grant !== undefined) return { outcome: 'replayed', grant: issued.grant };
    const { request, user } = issued;
    issued.grant = '';
    const matches =
      request.client === client && request.redirectUri === redirectUri && proves(verifier, request.challenge);
    if (!matches) return { outcome: 'refused' };
    return { outcome: 'traded', request, user, settle: (grant) => void (issued.grant = grant) };
  }
}

/** RFC 7636, 4.6. */
function proves(verifier: string, challenge: string): boolean {
  const given = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  const expected = Buffer.from(challenge);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
