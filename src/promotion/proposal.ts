import { z } from 'zod';
import { toJson } from '../core/index.ts';
import { readMarker, writeMarker } from '../forge/index.ts';
import type { MergeRequest } from '../forge/index.ts';
import type { BreakGlass, ReleaseImage, ReleaseSpec } from './kinds.ts';

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
  /** Commit whose configuration of the environment it brings: that of the release before, or one that has no image in it. */
  readonly configuration?: { readonly commit: string } | undefined;
  readonly breakGlass?: BreakGlass | undefined;
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const schema = z.object({
  service: z.string().min(1),
  environment: z.string().min(1),
  release: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  images: z.array(z.object({ name: z.string(), repository: z.string(), tag: z.string(), digest })).min(1),
  source: z.object({
    repository: z.string(),
    commit: z.string(),
    author: z.string(),
    committedAt: z.iso.datetime({ offset: true }),
  }),
  requestedBy: z.string().min(1),
  rollbackOf: z.string().optional(),
  configuration: z.object({ commit: z.string().regex(/^[0-9a-f]{40,64}$/) }).optional(),
  breakGlass: z.object({ reason: z.string().min(1), until: z.iso.datetime() }).optional(),
});

/** `undefined` for a merge request that is not ours. What it says is a claim until the gates have checked it. */
export function readProposal(description: string): Proposal | undefined {
  const parsed = schema.safeParse(readMarker(description));
  return parsed.success ? parsed.data : undefined;
}

/** The description of a merge request: for people, and for {@link readProposal}. */
export function describeProposal(proposal: Proposal): string {
  const { images, source, requestedBy } = proposal;
  const lines = [
    headline(proposal),
    '',
    '| image | tag | digest |',
    '|---|---|---|',
    ...images.map(({ name, tag, digest: value }) => `| ${name} | ${tag} | \`${value}\` |`),
    '',
    `Built from ${source.repository} at \`${source.commit.slice(0, 12)}\` by ${source.author}, ${source.committedAt}. Asked for by ${requestedBy}.`,
  ];
  return writeMarker(lines.join('\n'), toJson(proposal));
}

function headline({ service, environment, rollbackOf, configuration, breakGlass }: Proposal): string {
  const commit = configuration === undefined ? '' : `\`${configuration.commit.slice(0, 12)}\``;
  if (breakGlass !== undefined)
    return `**Glass broken** for **${service}** in **${environment}**: ${breakGlass.reason}\n\nIt goes past approvals, order and windows until ${breakGlass.until}, and waits for a review by somebody else.`;
  if (rollbackOf !== undefined) {
    const configured = configuration === undefined ? '' : ` Its configuration goes back to ${commit}.`;
    return `Takes **${service}** in **${environment}** back: ${rollbackOf} failed.${configured}`;
  }
  if (configuration !== undefined)
    return `Takes the configuration of **${environment}** to ${commit}. No image changes; what does is listed below.`;
  return `Takes **${service}** to **${environment}**.`;
}

/** Names a release by its service and content. */
export function releaseName(service: string, images: readonly ReleaseImage[]): string {
  return `${service}-${(images[0]?.digest ?? '').slice('sha256:'.length, 'sha256:'.length + 12)}`;
}

/** Branch of the merge request that takes a release to an environment. */
export function branchOf(proposal: Proposal): string {
  const { release, environment, configuration, rollbackOf } = proposal;
  const about = kindOf(proposal) === 'configuration' ? (configuration?.commit ?? '').slice(0, 12) : release;
  // Two rollbacks to the same release are two stories.
  const of = rollbackOf === undefined ? '' : `/${rollbackOf}`;
  return `${kindOf(proposal)}/${environment}/${about}${of}`;
}

export function titleOf(proposal: Proposal): string {
  const { service, environment, images, configuration } = proposal;
  const tag = images[0]?.tag ?? '';
  switch (kindOf(proposal)) {
    case 'promote':
      return `Promote ${service} ${tag} to ${environment}`;
    case 'rollback':
      return `Roll ${service} in ${environment} back to ${tag}`;
    case 'configuration':
      return `Take the configuration of ${environment} to ${(configuration?.commit ?? '').slice(0, 12)}`;
    case 'break-glass':
      return `Break the glass of ${environment} for ${service} ${tag}`;
  }
}

/** It changes no image, only the configuration. */
export function isConfiguration(proposal: Pick<Proposal, 'configuration' | 'rollbackOf' | 'breakGlass'>): boolean {
  return kindOf(proposal) === 'configuration';
}

function kindOf({
  rollbackOf,
  configuration,
  breakGlass,
}: Pick<Proposal, 'configuration' | 'rollbackOf' | 'breakGlass'>):
  'promote' | 'rollback' | 'configuration' | 'break-glass' {
  if (breakGlass !== undefined) return 'break-glass';
  if (rollbackOf !== undefined) return 'rollback';
  return configuration === undefined ? 'promote' : 'configuration';
}

/** Name of the Promotion that stands for a merge request of ours; `undefined` for one that is not ours. */
export function promotionName({ iid, description }: Pick<MergeRequest, 'iid' | 'description'>): string | undefined {
  const proposal = readProposal(description);
  return proposal === undefined ? undefined : `${proposal.release}-${proposal.environment}-${iid}`;
}
