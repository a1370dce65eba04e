import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial } from '@sigstore/verify';
import type { TrustMaterial } from '@sigstore/verify';
import { canonicalJson, isJsonObject, messageOf, parseYaml } from '../core/index.ts';
import type { JsonValue } from '../core/index.ts';
import { anchored } from './anchored.ts';
import type { Anchored } from './anchored.ts';
import { ArtefactPolicyError } from './errors.ts';
import { digestOf } from './registry-http.ts';
import { policySchema } from './policy-schema.ts';
import type { ImageDocument, PolicyDocument, SignerDocument } from './policy-schema.ts';

/** What an image must carry before it may be deployed. Compiled from `kind: ArtefactPolicy`. */
export interface ArtefactPolicy {
  readonly name: string;
  /** Of everything that decides: document, keys, trusted root. Two policies with one hash give one verdict. */
  readonly hash: string;
  /** How long a verdict may stand in for a registry that is down, in milliseconds; 0: not at all. */
  readonly cacheMaxAgeMs: number;
  /** Certificate authorities and logs that signatures by identity stand on. */
  readonly trust: TrustMaterial;
  /** The first whose repository matches decides. */
  readonly images: readonly ImageRule[];
  /** Images that no rule is about and that a cluster may run all the same; releases never are. */
  readonly exempt: readonly Exemption[];
}

export interface Exemption {
  readonly repository: Anchored;
  readonly reason: string;
  /** Milliseconds since the epoch; `undefined`: for good. */
  readonly until: number | undefined;
}

export interface ImageRule {
  readonly repository: Anchored;
  /** `undefined`: every environment. */
  readonly protectedEnvironments: readonly string[] | undefined;
  readonly signedBy: readonly Authority[];
  readonly provenance: ProvenanceRule | undefined;
  readonly sbom: SbomRule | undefined;
  readonly vulnerabilities: VulnerabilityRule | undefined;
  /** Milliseconds since the epoch. */
  readonly notBefore: number | undefined;
}

/** A key of our own, or an identity vouched for by a certificate authority of the trusted root. */
export type Authority =
  | { readonly kind: 'key'; readonly name: string; readonly key: KeyObject; readonly transparencyLog: boolean }
  | {
      readonly kind: 'identity';
      readonly issuer: string;
      readonly subject: Anchored;
      readonly transparencyLog: boolean;
      readonly certificateTransparency: boolean;
    };

export interface ProvenanceRule {
  readonly builder: Anchored;
  readonly sourceRepository: string;
  readonly refs: readonly Anchored[];
  readonly commit: string | undefined;
  readonly signedBy: readonly Authority[];
}

export interface SbomRule {
  readonly formats: readonly string[];
  readonly minComponents: number;
  readonly signedBy: readonly Authority[];
}

export interface VulnerabilityRule {
  readonly budget: Readonly<Partial<Record<Severity, number>>>;
  readonly maxAgeMs: number | undefined;
  readonly signedBy: readonly Authority[];
}

export type Severity = 'critical' | 'high' | 'medium' | 'low';

/** Text of a file beside the policy, by its path in the repository; `undefined` when there is none. */
export type ReadPolicyFile = (path: string) => string | undefined;

/**
 * Reads a policy. Keys and the trusted root that it names as files are read through `readFile`.
 * @throws ArtefactPolicyError naming every mistake: unknown fields, patterns that match everything, keys that are none
 */
export function readArtefactPolicy(text: string, readFile: ReadPolicyFile = () => undefined): ArtefactPolicy {
  const document = parseDocument(text);
  const reader = new PolicyReader(document, readFile);
  const policy = reader.read();
  if (reader.issues.length > 0) throw new ArtefactPolicyError(reader.issues);
  return policy;
}

/**
 * Paths of the files that a policy names, for callers that have to fetch them first.
 * @throws ArtefactPolicyError
 */
export function filesOfPolicy(text: string): readonly string[] {
  const { trustedRoot, keys } = parseDocument(text).spec;
  return [trustedRoot?.file, ...keys.map(({ file }) => file)].filter((file) => file !== undefined);
}

function parseDocument(text: string): PolicyDocument {
  const documents = parsed(text);
  const [document] = documents;
  if (documents.length !== 1 || !isJsonObject(document))
    throw new ArtefactPolicyError(['the file holds one document of kind ArtefactPolicy']);
  const result = policySchema.safeParse(document);
  if (result.success) return result.data;
  throw new ArtefactPolicyError(
    result.error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'document'}: ${message}`),
  );
}

function parsed(text: string): JsonValue[] {
  try {
    return parseYaml(text);
  } catch (error) {
    throw new ArtefactPolicyError([messageOf(error)], { cause: error });
  }
}

const NO_ROOT = TrustedRoot.fromJSON({});

class PolicyReader {
  readonly issues: string[] = [];
  readonly #document: PolicyDocument;
  readonly #readFile: ReadPolicyFile;
  readonly #keys = new Map<string, KeyObject>();

  constructor(document: PolicyDocument, readFile: ReadPolicyFile) {
    this.#document = document;
    this.#readFile = readFile;
  }

  read(): ArtefactPolicy {
    const { spec, metadata } = this.#document;
    for (const { name, publicKey, file } of spec.keys)
      this.#readKey(name, publicKey ?? this.#file(file, `key ${name}`));
    const rootText = spec.trustedRoot === undefined ? undefined : this.#file(spec.trustedRoot.file, 'trustedRoot');
    const trust = this.#trust(rootText);
    const images = spec.images.map((image, index) => this.#image(image, `spec.images.${index}`));
    const keys = [...this.#keys].map(([name, key]) => [name, key.export({ type: 'spki', format: 'pem' }).toString()]);
    const material = { document: this.#document as unknown as JsonValue, keys, root: rootText ?? null };
    return {
      name: metadata.name,
      hash: digestOf(canonicalJson(JSON.parse(JSON.stringify(material)) as JsonValue)),
      cacheMaxAgeMs: spec.cache?.maxAge ?? 0,
      trust,
      images,
      exempt: spec.exempt.map(({ repository, reason, until }) => ({ repository: anchored(repository), reason, until })),
    };
  }

  #file(path: string | undefined, what: string): string {
    if (path === undefined) {
      this.issues.push(`${what}: give publicKey or file`);
      return '';
    }
    const text = this.#readFile(path);
    if (text === undefined) this.issues.push(`${what}: there is no file ${path}`);
    return text ?? '';
  }

  #readKey(name: string, pem: string): void {
    if (pem === '') return; // Its absence is an issue already.
    if (this.#keys.has(name)) this.issues.push(`key ${name}: the name is used twice`);
    try {
      const key = /PRIVATE KEY/.test(pem) ? undefined : createPublicKey(pem);
      const supported = key?.asymmetricKeyType === 'ec' || key?.asymmetricKeyType === 'rsa';
      if (key === undefined || !supported) throw new Error('only ECDSA and RSA public keys are supported');
      this.#keys.set(name, key);
    } catch (error) {
      this.issues.push(`key ${name}: it is no public key in PEM (${messageOf(error)})`);
    }
  }

  #trust(text: string | undefined): TrustMaterial {
    if (text === undefined || text === '') return toTrustMaterial(NO_ROOT);
    try {
      const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));
      if (trust.certificateAuthorities.length === 0) throw new Error('it names no certificate authority');
      return trust;
    } catch (error) {
      this.issues.push(`spec.trustedRoot: it is no Sigstore trusted root (${messageOf(error)})`);
      return toTrustMaterial(NO_ROOT);
    }
  }

  #image(image: ImageDocument, path: string): ImageRule {
    const signedBy = this.#authorities(image.signedBy, `${path}.signedBy`);
    const own = (signers: readonly SignerDocument[] | undefined, section: string): readonly Authority[] =>
      signers === undefined ? signedBy : this.#authorities(signers, `${path}.${section}.signedBy`);
    const { provenance, sbom, vulnerabilities } = image;
    return {
      repository: anchored(image.repository),
      protectedEnvironments: image.protectedEnvironments,
      signedBy,
      provenance: provenance && {
        builder: anchored(provenance.builder),
        sourceRepository: provenance.sourceRepository,
        refs: provenance.refs.map(anchored),
        commit: provenance.commit,
        signedBy: own(provenance.signedBy, 'provenance'),
      },
      sbom: sbom && { formats: sbom.formats, minComponents: sbom.minComponents, signedBy: own(sbom.signedBy, 'sbom') },
      vulnerabilities: vulnerabilities && {
        budget: limits(vulnerabilities.budget),
        maxAgeMs: vulnerabilities.maxAge,
        signedBy: own(vulnerabilities.signedBy, 'vulnerabilities'),
      },
      notBefore: image.notBefore,
    };
  }

  #authorities(signers: readonly SignerDocument[], path: string): readonly Authority[] {
    return signers.flatMap((signer, index) => this.#authority(signer, `${path}.${index}`));
  }

  #authority(signer: SignerDocument, path: string): readonly Authority[] {
    const { key: name, issuer, subject, transparencyLog, certificateTransparency = true } = signer;
    if ((name === undefined || transparencyLog === true) && this.#document.spec.trustedRoot === undefined)
      this.issues.push(`${path}: signatures by identity, and transparency logs, need spec.trustedRoot`);
    if (issuer !== undefined && subject !== undefined) {
      const shared = { transparencyLog: transparencyLog ?? true, certificateTransparency };
      return [{ kind: 'identity', issuer, subject: anchored(subject), ...shared }];
    }
    const key = this.#keys.get(name ?? '');
    if (key !== undefined && name !== undefined)
      return [{ kind: 'key', name, key, transparencyLog: transparencyLog ?? false }];
    this.issues.push(`${path}.key: spec.keys has no usable key ${name ?? ''}`);
    return [];
  }
}

function limits(
  budget: Readonly<Partial<Record<Severity, number | undefined>>>,
): Readonly<Partial<Record<Severity, number>>> {
  const given = Object.entries(budget).filter((entry): entry is [Severity, number] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
