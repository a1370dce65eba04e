import { formatTime } from '../core/index.ts';
import { quarantineFact } from '../evidence/index.ts';
import type { Ledger } from '../evidence/index.ts';
import { mayDecide } from './actions.ts';
import type { Actor } from './actions.ts';
import { DeliveryObjects } from './delivery-objects.ts';
import { refuse } from './errors.ts';
import type { Quarantine, ReleaseImage } from './kinds.ts';
import type { VerbPorts } from './verbs.ts';

export interface QuarantineReason {
  readonly reason: string;
  readonly by: string;
  /** RFC 3339 */
  readonly at: string;
}

export interface QuarantinePorts {
  readonly objects: DeliveryObjects;
  readonly ledger: Ledger;
}

/** Puts the images into quarantine; those that are in it stay as they are, those that were lifted out go in again. */
export async function quarantine(
  { objects, ledger }: QuarantinePorts,
  images: readonly ReleaseImage[],
  { reason, by, at }: QuarantineReason,
): Promise<void> {
  for (const { repository, digest } of images) {
    const name = quarantineName(digest);
    await ledger.append(quarantineFact({ actor: by, at, repository, digest, reason, lifted: false }));
    await objects.ensureQuarantine(name, { digest, image: repository, reason, by, at });
    const known = (await objects.quarantines()).find(({ metadata }) => metadata.name === name);
    // The reason for which it was lifted was another one, unless it is this very failure that is told again.
    if (known?.spec.lifted !== undefined && known.spec.at !== at)
      await objects.changeQuarantine(name, { reason, by, at, lifted: null });
  }
}

/** Lets a digest be used again. @throws RefusedError */
export async function liftQuarantine(
  { hub, clock, ledger }: Pick<VerbPorts, 'hub' | 'clock' | 'ledger'>,
  actor: Actor,
  { digest, reason }: { readonly digest: string; readonly reason: string },
): Promise<Quarantine> {
  const objects = new DeliveryObjects(hub);
  const pipelines = await objects.pipelines();
  if (!pipelines.some(({ spec }) => mayDecide(spec, actor.groups)))
    refuse('Cannot lift the quarantine: only those who approve or deploy may');
  const found = (await objects.quarantines()).filter(
    ({ spec }) => spec.lifted === undefined && spec.digest.startsWith(digest),
  );
  const [one] = found;
  if (one === undefined) refuse(`Cannot lift the quarantine: ${digest} is not in it`);
  if (found.length > 1) refuse(`Cannot lift the quarantine: ${digest} is the beginning of ${found.length} digests`);
  const lifted = { by: actor.name, reason, at: formatTime(clock.now()) };
  const { image: repository, digest: full } = one.spec;
  const fact = { actor: lifted.by, at: lifted.at, repository, digest: full, reason, lifted: true };
  await ledger.append(quarantineFact(fact));
  await objects.changeQuarantine(one.metadata.name ?? '', { lifted });
  return { ...one, spec: { ...one.spec, lifted } };
}

function quarantineName(digest: string): string {
  return digest.replace(':', '-').slice(0, 'sha256-'.length + 32);
}
