import { AppError } from '../../core/index.ts';

/** The text is no label selector or no field selector. */
export class SelectorError extends AppError {
  override readonly name = 'SelectorError';
  readonly code = 'INVALID_SELECTOR';
}
