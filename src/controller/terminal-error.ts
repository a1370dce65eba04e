import { AppError } from '../core/index.ts';

/** Reconciling again is of no use until somebody changes something: the controller does not retry. */
export class TerminalError extends AppError {
  override readonly name = 'TerminalError';
  readonly code = 'TERMINAL';
}
