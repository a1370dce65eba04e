import { AppError } from '../../core/index.ts';

/** Error codes of the OCI Distribution specification, with the status each is answered with. */
const STATUS = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  TOOMANYREQUESTS: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

export type DistributionErrorCode = keyof typeof STATUS;

/** A request that the registry refuses, in the protocol's own words. */
export class DistributionError extends AppError {
  override readonly name = 'DistributionError';
  readonly code: DistributionErrorCode;

  constructor(code: DistributionErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  toResponse(): Response {
    const headers = this.code === 'UNAUTHORIZED' ? { 'www-authenticate': 'Basic realm="stoa-cd registry"' } : undefined;
    const body = { errors: [{ code: this.code, message: this.message }] };
    return Response.json(body, { status: STATUS[this.code], ...(headers === undefined ? {} : { headers }) });
  }
}
