import { AppError } from '../../../core/index.ts';

/** A template that cannot be read or carried out, in the words of Go's `text/template`. */
export class TemplateError extends AppError {
  override readonly name = 'TemplateError';
  override readonly code = 'TEMPLATE';
  /** True where all that is wrong is that a key is not there. */
  readonly missingKey: boolean;

  constructor(message: string, missingKey = false) {
    super(message);
    this.missingKey = missingKey;
  }
}
