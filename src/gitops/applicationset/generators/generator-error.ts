import { AppError } from '../../../core/index.ts';

/** A generator that cannot say what there is. */
export class GeneratorError extends AppError {
  override readonly name = 'GeneratorError';
  override readonly code = 'GENERATOR';
}
