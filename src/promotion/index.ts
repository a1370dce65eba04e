/**
 * Moves releases from environment to environment through gates. Knows Git, the forge and the Kubernetes API only.
 * @module
 */
export { DELIVERY_API_VERSION } from './kinds.ts';
export type {
  GateStatus,
  Pipeline,
  PipelineEnvironment,
  PipelineSpec,
  Promotion,
  PromotionPhase,
  PromotionSpec,
  PromotionStatus,
  Release,
  ReleaseImage,
  ReleaseSpec,
  SmokeTest,
} from './kinds.ts';
