import type { Signer } from '@sigstore/verify';
import type { BuildSource, Failure } from './verdict.ts';

/** What the certificate of a job says of its source, on the word of who issued it; empty where it says nothing. */
export interface CertifiedSource {
  readonly repository: string;
  readonly ref: string;
  readonly commit: string;
}

/** Extensions of Fulcio's certificates: URI, digest and ref of the source repository. */
const REPOSITORY = '1.3.6.1.4.1.57264.1.12';
const COMMIT = '1.3.6.1.4.1.57264.1.13';
const REF = '1.3.6.1.4.1.57264.1.14';
const UTF8_STRING = 0x0c;

export function certifiedSource({ identity }: Signer): CertifiedSource {
  const text = (wanted: string): string =>
    utf8String(identity?.oids?.find(({ oid }) => oid?.id.join('.') === wanted)?.value);
  return { repository: text(REPOSITORY), ref: text(REF), commit: text(COMMIT) };
}

/** The text of a DER UTF8String of up to 255 bytes; empty for anything else. */
function utf8String(der: Buffer | undefined): string {
  if (der?.[0] !== UTF8_STRING) return '';
  const long = der[1] === 0x81;
  const length = long ? der[2] : der[1];
  const content = der.subarray(long ? 3 : 2);
  return length === content.length ? content.toString('utf8') : '';
}

/**
 * Why a provenance must not be believed over the certificate it was signed with: a job may be told to write another
 * commit than the one it runs at, its certificate cannot. `undefined` when they agree.
 */
export function judgeCertified(source: BuildSource, certified: CertifiedSource): Failure | undefined {
  const differs = (said: string, proven: string): boolean => proven !== '' && said !== proven;
  const reason = (said: string, proven: string): string =>
    `its provenance says ${said.slice(0, 200)}, the certificate of who signed it says ${proven.slice(0, 200)}`;
  const { repository, ref, commit } = certified;
  if (differs(source.repository, repository))
    return { code: 'OTHER_SOURCE', reason: reason(source.repository, repository) };
  if (differs(source.ref, ref)) return { code: 'OTHER_REF', reason: reason(source.ref, ref) };
  if (differs(source.commit, commit)) return { code: 'OTHER_COMMIT', reason: reason(source.commit, commit) };
  return undefined;
}
