import { AppError } from '../core/index.ts';

/** Nobody is signed in, or no longer. */
export class NotSignedInError extends AppError {
  override readonly name = 'NotSignedInError';
  readonly code = 'NOT_SIGNED_IN';
}

/** The person may not do this, whatever the state. */
export class NotAllowedError extends AppError {
  override readonly name = 'NotAllowedError';
  readonly code = 'FORBIDDEN';
}

export class NotFoundError extends AppError {
  override readonly name = 'NotFoundError';
  readonly code = 'NOT_FOUND';
}

/** The body or a parameter is not what the contract says. */
export class InvalidRequestError extends AppError {
  override readonly name = 'InvalidRequestError';
  readonly code = 'INVALID';
}

/** A call that changes something and that a foreign page may have caused. */
export class CrossSiteError extends AppError {
  override readonly name = 'CrossSiteError';
  readonly code = 'CROSS_SITE';
}

/** Too many pages are open at once. */
export class BusyError extends AppError {
  override readonly name = 'BusyError';
  readonly code = 'BUSY';
  override get retryable(): boolean {
    return true;
  }
}

/** The identity provider does not answer, or not as OpenID Connect says. */
export class IdentityProviderError extends AppError {
  override readonly name = 'IdentityProviderError';
  readonly code = 'IDENTITY_PROVIDER';
  override get retryable(): boolean {
    return true;
  }
}
