import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundleToJSON } from '@sigstore/bundle';
import type { Bundle, SerializedBundle, SerializedEnvelope } from '@sigstore/bundle';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';
import {
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  TSAWitness,
} from '@sigstore/sign';
import type { Signer, Witness } from '@sigstore/sign';
import type { Predicate } from '../../src/supply-chain/index.ts';
import type { PushedImage, World } from './supply-chain-world.ts';

/** Who a job of CI is, as its token says. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  /** Source commit and full ref of the job; the certificate names them. @default not said */
  readonly sha?: string;
  readonly ref?: string;
}

export interface KeylessOptions {
  /** Who vouches for the time of the signature. @default a log and a time stamp authority */
  readonly witnesses?: readonly ('log' | 'timestamp')[];
  /** The older bundle with a chain of certificates. @default false */
  readonly chain?: boolean;
}

/** A certificate authority, a log and a time stamp authority on this machine, used through the real client library. */
export interface FakeSigstore extends AsyncDisposable {
  /** What pins all three. */
  readonly trustedRoot: string;
  attest(payload: Uint8Array, by: Identity | Signer, options?: KeylessOptions): Promise<SerializedBundle>;
  sign(content: Uint8Array, by: Identity | Signer, options?: KeylessOptions): Promise<SerializedBundle>;
}

export interface FakeSigstoreOptions {
  /**
   * Where the clocks of log and time stamp authority stand; certificates are of now and hold for ten minutes.
   * @default in a minute
   */
  readonly witnessTime?: Date;
  /** Whether certificates are logged before they are issued. @default true */
  readonly logCertificates?: boolean;
}

type Handler = ReturnType<typeof fulcioHandler>;

export async function startSigstore(options: FakeSigstoreOptions = {}): Promise<FakeSigstore> {
  const { witnessTime = inMinutes(1), logCertificates = true } = options;
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const handlers = new Map<string, Handler>();
  const server = createServer((request, response) => void answer(handlers, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ctLog = await initializeCTLog(keys());
  const authority = await initializeCA(keys(), logCertificates ? ctLog : undefined);
  const log = await initializeTLog(url, keys(), witnessTime);
  const timestamps = await initializeTSA(keys(), witnessTime);
  const canonicalLog = {
    ...log,
    publicKey: log.publicKey,
    log: (proposed: object) => log.log(canonicalEntry(proposed)),
  };
  for (const handler of [fulcioHandler(authority), rekorHandler(canonicalLog), tsaHandler(timestamps)])
    handlers.set(handler.path, handler);

  const parts = (by: Identity | Signer, { witnesses = ['log', 'timestamp'] }: KeylessOptions) => {
    const all: Record<'log' | 'timestamp', Witness> = {
      log: new RekorWitness({ rekorBaseURL: url, entryType: 'dsse' }),
      timestamp: new TSAWitness({ tsaBaseURL: url }),
    };
    return {
      signer: 'sign' in by ? by : new FulcioSigner({ fulcioBaseURL: url, identityProvider: providerOf(by) }),
      witnesses: witnesses.map((name) => all[name]),
    };
  };
  return {
    trustedRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [certificates(url, [authority.rootCertificate])],
      timestampAuthorities: [certificates(url, [timestamps.intCertificate, timestamps.rootCertificate])],
      tlogs: [logKey(url, log.publicKey)],
      ctlogs: [logKey(url, ctLog.publicKey)],
    }),
    async attest(payload, by, how = {}) {
      const { chain = false } = how;
      const builder = new DSSEBundleBuilder({ ...parts(by, how), certificateChain: chain });
      return json(await builder.create({ data: Buffer.from(payload), type: 'application/vnd.in-toto+json' }));
    },
    async sign(content, by, how = {}) {
      const builder = new MessageSignatureBundleBuilder(parts(by, how));
      return json(await builder.create({ data: Buffer.from(content) }));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whole seconds: the library that reads time stamps refuses some fractions. */
export function inMinutes(minutes: number): Date {
  return new Date((Math.floor(Date.now() / 1000) + minutes * 60) * 1000);
}

interface ProposedEnvelope {
  readonly envelope: string;
  readonly verifiers: readonly string[];
}

/** The real log keeps hashes of an envelope, not the envelope. */
function canonicalEntry(proposed: object): object {
  const { apiVersion, kind, spec } = proposed as {
    readonly apiVersion: string;
    readonly kind: string;
    readonly spec: { readonly proposedContent?: ProposedEnvelope };
  };
  if (spec.proposedContent === undefined) return proposed;
  const { envelope, verifiers } = spec.proposedContent;
  const { payload, signatures } = JSON.parse(envelope) as SerializedEnvelope;
  const sha256 = (content: Uint8Array | string): object => ({
    algorithm: 'sha256',
    value: createHash('sha256').update(content).digest('hex'),
  });
  return {
    apiVersion,
    kind,
    spec: {
      envelopeHash: sha256(envelope),
      payloadHash: sha256(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }) => ({ signature: sig, verifier: verifiers[0] })),
    },
  };
}

function json(bundle: Bundle): SerializedBundle {
  return bundleToJSON(bundle);
}

async function answer(
  handlers: ReadonlyMap<string, Handler>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Uint8Array>)).toString();
  const handler = handlers.get(request.url ?? '');
  const {
    statusCode,
    response: content,
    contentType = 'text/plain',
  } = (await handler?.fn(body)) ?? {
    statusCode: 404,
    response: '',
  };
  response.writeHead(statusCode, { 'content-type': contentType }).end(content);
}

function providerOf(identity: Identity) {
  return { getToken: () => Promise.resolve(tokenOf(identity)) };
}

/** The certificate authority of the test reads the claims and trusts them; the real one checks the signature. */
function tokenOf({ issuer, subject, ...source }: Identity): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode({ iss: issuer, sub: subject, aud: 'sigstore', ...source })}.`;
}

const ALWAYS = { start: '2020-01-01T00:00:00Z' };

function certificates(uri: string, chain: readonly ArrayBufferView[]): object {
  const rawBytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
    Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return {
    subject: { organization: 'example', commonName: 'example' },
    uri,
    certChain: { certificates: chain.map((certificate) => ({ rawBytes: rawBytes(certificate) })) },
    validFor: ALWAYS,
  };
}

function logKey(baseUrl: string, publicKey: Buffer): object {
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: publicKey.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: ALWAYS,
    },
    logId: { keyId: createHash('sha256').update(publicKey).digest('base64') },
  };
}

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** An in-toto statement about an image. */
export function statementOf({ digest }: PushedImage, { predicateType, predicate }: Predicate): Uint8Array {
  const subject = [{ name: 'image', digest: { sha256: digest.slice('sha256:'.length) } }];
  return Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate }));
}

/** Puts a bundle among the referrers of an image. */
export async function pushBundle({ client }: World, image: PushedImage, bundle: object): Promise<void> {
  const { registry, repository, digest } = image;
  const { content, mediaType } = await client.manifest(image);
  const subject = { mediaType, digest, size: content.length };
  const layers = [{ mediaType: BUNDLE, content: Buffer.from(JSON.stringify(bundle)) }];
  await client.pushArtefact({ registry, repository, subject, artifactType: BUNDLE, layers });
}
