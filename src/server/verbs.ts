import type { BreakGlassRequest, FreezeRequest, LiftRequest, Opened, Target, UnfreezeRequest } from './contract.ts';

/** Somebody who is signed in, with the token by which other systems know them too. */
export interface ActingUser {
  readonly name: string;
  readonly groups: readonly string[];
  readonly accessToken: string;
}

/** What people do to a delivery. Every verb checks the state and the rights itself; errors are `AppError`s. */
export interface DeliveryVerbs {
  promote(user: ActingUser, request: Target): Promise<Opened>;
  approve(user: ActingUser, promotion: string): Promise<unknown>;
  deploy(user: ActingUser, promotion: string): Promise<unknown>;
  rollback(user: ActingUser, request: Target): Promise<Opened>;
  freeze(user: ActingUser, request: FreezeRequest): Promise<object>;
  unfreeze(user: ActingUser, request: UnfreezeRequest): Promise<unknown>;
  breakGlass(user: ActingUser, request: BreakGlassRequest): Promise<Opened>;
  review(user: ActingUser, promotion: string, comment: string): Promise<unknown>;
  liftQuarantine(user: ActingUser, request: LiftRequest): Promise<unknown>;
}
