/**
 * Moves releases from environment to environment through gates. Knows Git, the forge and the Kubernetes API only.
 * @module
 */
export { DELIVERY_API_VERSION } from './kinds.ts';
export { actionsFor } from './actions.ts';
export { deliveryCustomResourceDefinitions } from './custom-resource-definitions.ts';
export { breakGlass, review } from './break-glass.ts';
export { createImageGate } from './image-gate.ts';
export { freeze, unfreeze } from './freeze.ts';
export { bumpImages } from './images.ts';
export { previewChange } from './preview.ts';
export { formatChanges } from './rendered.ts';
export { startPromotion } from './promotion-controller.ts';
export { promotionName } from './proposal.ts';
export { liftQuarantine } from './quarantine.ts';
export { release } from './release.ts';
export { approve, deploy, promote, rollback } from './verbs.ts';
export type { BreakGlassRequest } from './break-glass.ts';
export type { FreezeRequest } from './freeze.ts';
export type { Actor, AllowedAction, PromotionActions } from './actions.ts';
export type {
  Freeze,
  GateStatus,
  Pipeline,
  PipelineEnvironment,
  PipelineSpec,
  Promotion,
  PromotionPhase,
  PromotionSpec,
  PromotionStatus,
  Quarantine,
  Release,
  ReleaseImage,
  ReleaseSpec,
  SmokeTest,
} from './kinds.ts';
export type { ImageGate, ImageVerdict } from './image-gate.ts';
export type { ProposalPorts } from './open-proposal.ts';
export type { PromotionPorts } from './ports.ts';
export type { PromotionController, PromotionOptions } from './promotion-controller.ts';
export type { ChangePreview, OverlayPreview } from './preview.ts';
export type { ReleaseRequest } from './release.ts';
export type { Target, VerbPorts } from './verbs.ts';
