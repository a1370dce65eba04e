import type { Mirror } from '../git/index.ts';
import { ArtefactPolicyError, parseReference, readArtefactPolicy, verifyArtefact } from '../supply-chain/index.ts';
import type { ArtefactPolicy, ArtefactVerdict, OciClient, VerdictCache } from '../supply-chain/index.ts';
import type { Clock } from '../core/index.ts';
import type { Case } from './case.ts';
import { refOf } from './environment-ref.ts';
import type { ArtefactStatus, ReleaseImage } from './kinds.ts';

/** Where images are, and what was found out about them before. */
export interface ArtefactPorts {
  readonly registry: OciClient;
  readonly verdicts: VerdictCache;
  readonly mirror: Mirror;
  readonly clock: Clock;
}

export const POLICY_FOLDER = 'policy';
const POLICY_FILE = `${POLICY_FOLDER}/artefacts.yaml`;
/** A pass a second asks the registry once a minute. */
export const FRESH_MS = 60_000;

/** Verdicts on the images of a proposal, or why there are none; absent where the environment has no policy. */
export interface ArtefactFindings {
  readonly verdicts: readonly ArtefactVerdict[];
  /** Why the policy cannot be read. */
  readonly fault?: string;
}

/**
 * Judges the images by the policy that the environment runs: whoever changes the policy on main cannot use it before the
 * change was approved there.
 */
export async function verifyImages(
  ports: ArtefactPorts,
  { proposal, environment, promotions }: Case,
  signal: AbortSignal,
): Promise<ArtefactFindings | undefined> {
  const policy = await policyAt(ports.mirror, refOf(environment), signal);
  if (policy === undefined) return undefined;
  if (typeof policy === 'string') return { verdicts: [], fault: policy };
  const had = promotions.filter(
    ({ spec, status }) => spec.environment === environment.name && status?.phase === 'Deployed',
  );
  const verdicts = await Promise.all(
    proposal.images.map((image) => {
      const newest =
        proposal.rollbackOf === undefined
          ? newestOf(
              had.flatMap(({ status }) => status?.artefacts ?? []),
              image,
            )
          : undefined;
      return verifyArtefact({ ...parseReference(`${image.repository}@${image.digest}`) }, policy, {
        client: ports.registry,
        clock: ports.clock,
        cache: ports.verdicts,
        freshForMs: FRESH_MS,
        environment: environment.name,
        commit: proposal.source.commit,
        ...(newest === undefined ? {} : { notOlderThan: newest }),
        signal,
      });
    }),
  );
  return { verdicts };
}

/** The policy that a ref has. @returns the reason where it cannot be read; `undefined` where there is none */
export async function policyAt(
  mirror: Mirror,
  ref: string,
  signal: AbortSignal,
): Promise<ArtefactPolicy | string | undefined> {
  const commit = await mirror.resolve(ref, signal);
  const text = commit === undefined ? undefined : await mirror.file(commit, POLICY_FILE, signal);
  if (commit === undefined || text === undefined) return undefined;
  const files = new Map<string, string>();
  for (const { path, oid } of await mirror.tree(commit, POLICY_FOLDER, signal))
    files.set(`${POLICY_FOLDER}/${path}`, (await mirror.blob(oid, signal)).toString());
  try {
    return readArtefactPolicy(text, (path) => files.get(path));
  } catch (error) {
    if (error instanceof ArtefactPolicyError) return `${POLICY_FILE} cannot be read: ${error.message}`;
    throw error;
  }
}

function newestOf(
  had: readonly ArtefactStatus[],
  { repository }: ReleaseImage,
): { readonly release: string; readonly builtAt: string } | undefined {
  const builds = had.flatMap(({ image, digest, builtAt }) =>
    builtAt !== undefined && image === repository ? [{ release: digest.slice(0, 19), builtAt }] : [],
  );
  return builds.sort((a, b) => Date.parse(b.builtAt) - Date.parse(a.builtAt))[0];
}

/** What a promotion keeps of the verdicts. */
export function artefactStatus(
  { verdicts }: ArtefactFindings,
  images: readonly ReleaseImage[],
): readonly ArtefactStatus[] {
  return verdicts.map(({ digest, verified, checks, source }, index) => ({
    image: images[index]?.repository ?? '',
    digest,
    verified,
    reason: checks.find(({ ok }) => !ok)?.reason ?? 'It is what the policy asks for',
    ...(source === undefined || source.builtAt === '' ? {} : { builtAt: source.builtAt }),
  }));
}
