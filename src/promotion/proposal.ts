import { z } from 'zod';
import type { JsonObject } from '../core/index.ts';
import { readMarker, writeMarker } from '../forge/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import type { ReleaseImage, ReleaseSpec } from './kinds.ts';

/** What a merge request of ours is for; kept in its description, so that the forge alone can rebuild everything. */
export interface Proposal {
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly images: readonly ReleaseImage[];
  readonly source: ReleaseSpec['source'];
  /** The person behind it, also when a machine opened it. */
  readonly requestedBy: string;
  /** Promotion that this one takes back. */
  readonly rollbackOf?: string | undefined;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const schema = z.object({
  service: z.string().min(1),
  environment: z.string().min(1),
  release: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  images: z.array(z.object({ name: z.string(), repository: z.string(), tag: z.string(), digest })).min(1),
  source: z.object({ repository: z.string(), commit: z.string(), author: z.string(), committedAt: z.string() }),
  requestedBy: z.string().min(1),
  rollbackOf: z.string().optional(),
});

/** `undefined` for a merge request that is not ours. What it says is a claim until the gates have checked it. */
export function readProposal(description: string): Proposal | undefined {
  const parsed = schema.safeParse(readMarker(description));
  return parsed.success ? parsed.data : undefined;
}

/** The description of a merge request: for people, and for {@link readProposal}. */
export function describeProposal(proposal: Proposal): string {
  const { service, environment, images, source, requestedBy, rollbackOf } = proposal;
  const lines = [
    rollbackOf === undefined
      ? `Takes **${service}** to **${environment}**.`
      : `Takes **${service}** in **${environment}** back: ${rollbackOf} failed.`,
    '',
    '| image | tag | digest |',
    '|---|---|---|',
    ...images.map(({ name, tag, digest: value }) => `| ${name} | ${tag} | \`${value}\` |`),
    '',
    `Built from ${source.repository} at \`${source.commit.slice(0, 12)}\` by ${source.author}, ${source.committedAt}. Asked for by ${requestedBy}.`,
  ];
  return writeMarker(lines.join('\n'), JSON.parse(JSON.stringify(proposal)) as JsonObject);
}

/** Names a release by its service and content. */
export function releaseName(service: string, images: readonly ReleaseImage[]): string {
  return `${service}-${(images[0]?.digest ?? '').slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

/** Branch of the merge request that takes a release to an environment. */
export function branchOf({ release, environment, rollbackOf }: Proposal): string {
  return `${rollbackOf === undefined ? 'promote' : 'rollback'}/${environment}/${release}`;
}

export function titleOf({ service, environment, images, rollbackOf }: Proposal): string {
  const tag = images[0]?.tag ?? '';
  return rollbackOf === undefined
    ? `Promote ${service} ${tag} to ${environment}`
    : `Roll ${service} in ${environment} back to ${tag}`;
}

/** Name of the Promotion that stands for a merge request of ours; `undefined` for one that is not ours. */
export function promotionName({ iid, description }: Pick<MergeRequest, 'iid' | 'description'>): string | undefined {
  const proposal = readProposal(description);
  return proposal === undefined ? undefined : `${proposal.release}-${proposal.environment}-${iid}`;
}
