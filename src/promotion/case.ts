import type { MergeRequest } from '../forge/index.ts';
import type { PipelineEnvironment, PipelineSpec, Promotion } from './kinds.ts';
import type { Proposal } from './proposal.ts';

/** One open or merged merge request of ours, with everything that is needed to judge it. */
export interface Case {
  readonly proposal: Proposal;
  readonly mergeRequest: MergeRequest;
  readonly pipeline: PipelineSpec;
  readonly environment: PipelineEnvironment;
  readonly promotion: Promotion;
  /** Of the same service. */
  readonly promotions: readonly Promotion[];
  /** Names of the images in this environment that releases decide about, of any service. */
  readonly managed: readonly string[];
}
