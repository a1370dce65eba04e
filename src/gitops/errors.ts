import { AppError } from '../core/index.ts';

/** The Application's specification cannot be acted on; shown as the condition `InvalidSpecError`. */
export class InvalidApplicationError extends AppError {
  override readonly name = 'InvalidApplicationError';
  readonly code = 'INVALID_SPEC';
}

/** The desired state cannot be made or compared; shown as the condition `ComparisonError`. */
export class ComparisonError extends AppError {
  override readonly name = 'ComparisonError';
  readonly code = 'COMPARISON';
}

/** A cluster that an Application points at does not answer. */
export class ClusterUnavailableError extends AppError {
  override readonly name = 'ClusterUnavailableError';
  readonly code = 'CLUSTER_UNAVAILABLE';

  override get retryable(): boolean {
    return true;
  }
}
