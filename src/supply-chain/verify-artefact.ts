import { formatTime, messageOf } from '../core/index.ts';
import type { Clock } from '../core/index.ts';
import type { ArtefactPolicy, ImageRule } from './artefact-policy.ts';
import { RegistryError } from './errors.ts';
import { inspect } from './inspect.ts';
import type { DigestReference, Inspection } from './inspect.ts';
import { judge } from './judge.ts';
import type { Expectations } from './judge.ts';
import type { OciClient } from './oci-client.ts';
import { formatReference } from './reference.ts';
import type { ImageReference } from './reference.ts';
import { failed, passed } from './verdict.ts';
import type { ArtefactVerdict, Check } from './verdict.ts';
import type { CachedInspection, VerdictCache } from './verdict-cache.ts';

export interface VerifyOptions extends Expectations {
  readonly client: OciClient;
  readonly clock: Clock;
  /** Where the image is to go. @default an environment that the policy protects */
  readonly environment?: string;
  /** Verdicts of before. @default none: a registry that is down refuses everything */
  readonly cache?: VerdictCache;
  /** A verdict no older than this, in milliseconds, is used without asking the registry again. @default 0 */
  readonly freshForMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Says whether an image is what the policy asks for. A reference by tag is verified as the digest that the tag stands
 * for now; one by digest is that digest, wherever its tag has gone.
 *
 * Never throws for a bad image, a bad registry or one that is down: those are verdicts. Throws the signal's reason.
 */
export async function verifyArtefact(
  reference: ImageReference,
  policy: ArtefactPolicy,
  options: VerifyOptions,
): Promise<ArtefactVerdict> {
  const rule = policy.images.find(({ repository }) =>
    repository.matches(`${reference.registry}/${reference.repository}`),
  );
  const shape = verdictShape(reference, policy, { rule, options });
  if (rule === undefined) {
    const reason = `policy ${policy.name} has no rule for ${reference.registry}/${reference.repository}`;
    return refusal(shape, failed('policy', { code: 'NO_RULE', reason }));
  }
  const asked = await askRegistry({ reference, policy, rule }, options);
  if ('check' in asked) return refusal({ ...shape, digest: asked.digest }, asked.check);
  const checks = judge(asked.inspection, { ...options, notBefore: rule.notBefore, digest: asked.digest });
  const all = [...asked.notes, ...checks];
  return {
    ...shape,
    digest: asked.digest,
    verified: all.every(({ ok }) => ok),
    checks: all,
    checkedAt: formatTime(asked.checkedAt),
    from: asked.from,
    ...(asked.inspection.source === undefined ? {} : { source: asked.inspection.source }),
  };
}

type VerdictShape = Omit<ArtefactVerdict, 'verified' | 'checks' | 'source'>;

function verdictShape(
  reference: ImageReference,
  { name, hash }: ArtefactPolicy,
  { rule, options }: { readonly rule: ImageRule | undefined; readonly options: VerifyOptions },
): VerdictShape {
  const { environment, clock } = options;
  const environments = rule?.protectedEnvironments;
  return {
    image: formatReference(reference),
    digest: reference.digest ?? '',
    policy: { name, hash },
    enforced: environment === undefined || environments === undefined || environments.includes(environment),
    checkedAt: formatTime(clock.now()),
    from: 'registry',
  };
}

function refusal(shape: VerdictShape, check: Check): ArtefactVerdict {
  return { ...shape, verified: false, checks: [check] };
}

interface Question {
  readonly reference: ImageReference;
  readonly policy: ArtefactPolicy;
  readonly rule: ImageRule;
}

interface Answer extends CachedInspection {
  readonly digest: string;
  readonly from: ArtefactVerdict['from'];
  /** What is to be said of the registry. */
  readonly notes: readonly Check[];
}

/** Why there is no answer. */
interface NoAnswer {
  readonly digest: string;
  readonly check: Check;
}

async function askRegistry(question: Question, options: VerifyOptions): Promise<Answer | NoAnswer> {
  const { reference, policy, rule } = question;
  const { client, clock, cache, freshForMs = 0, signal } = options;
  const now = clock.now();
  let digest = reference.digest ?? '';
  try {
    digest = reference.digest ?? (await client.resolve(reference, signal));
    const key = keyOf(reference, digest, policy);
    const fresh = cached(cache, key, { now, maxAgeMs: freshForMs });
    if (fresh !== undefined) return { ...fresh, digest, from: 'cache', notes: [] };
    const exact: DigestReference = { registry: reference.registry, repository: reference.repository, digest };
    const inspection = await inspect({ client, policy, now, ...(signal === undefined ? {} : { signal }) }, exact, rule);
    remember(cache, key, { inspection, checkedAt: now });
    return { inspection, checkedAt: now, digest, from: 'registry', notes: [] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    return fallBack(error, { question, digest }, options);
  }
}

/** What stands in for an answer: an earlier verdict, while the policy allows it and only for a registry that is down. */
function fallBack(
  error: RegistryError,
  { question, digest }: { readonly question: Question; readonly digest: string },
  { cache, clock }: VerifyOptions,
): Answer | NoAnswer {
  const { reference, policy } = question;
  const check = failed('registry', registryFailure(error));
  if (error.code === 'NOT_FOUND')
    return { digest, check: failed('image', { code: 'NO_IMAGE', reason: messageOf(error) }) };
  if (error.code !== 'UNAVAILABLE' || digest === '') return { digest, check };
  const limits = { now: clock.now(), maxAgeMs: policy.cacheMaxAgeMs };
  const earlier = cached(cache, keyOf(reference, digest, policy), limits);
  if (earlier === undefined) return { digest, check };
  const reason = `the registry is down: what it said at ${formatTime(earlier.checkedAt)} stands in (${messageOf(error)})`;
  return { ...earlier, digest, from: 'cache', notes: [passed('registry', reason)] };
}

function registryFailure(error: RegistryError): {
  readonly code: 'UNAVAILABLE' | 'UNTRUSTED_REGISTRY';
  readonly reason: string;
} {
  const unavailable = error.code === 'UNAVAILABLE' || error.code === 'UNAUTHORIZED';
  return { code: unavailable ? 'UNAVAILABLE' : 'UNTRUSTED_REGISTRY', reason: messageOf(error) };
}

function keyOf({ registry, repository }: ImageReference, digest: string, { hash }: ArtefactPolicy): string {
  return `${registry}/${repository}@${digest} ${hash}`;
}

function cached(
  cache: VerdictCache | undefined,
  key: string,
  { now, maxAgeMs }: { readonly now: number; readonly maxAgeMs: number },
): CachedInspection | undefined {
  const entry = maxAgeMs > 0 ? cache?.get(key) : undefined;
  const age = entry === undefined ? Infinity : now - entry.checkedAt;
  return age >= 0 && age <= maxAgeMs ? entry : undefined;
}

/** Only what passed stands in later; a refusal takes back what was remembered. */
function remember(cache: VerdictCache | undefined, key: string, entry: CachedInspection): void {
  if (passedAll(entry.inspection)) cache?.set(key, entry);
  else cache?.delete(key);
}

function passedAll({ checks }: Inspection): boolean {
  return checks.every(({ ok }) => ok);
}
