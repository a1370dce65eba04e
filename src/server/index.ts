/**
 * The page's server: sign-on, the API that the page and the command line call, live updates, webhooks,
 * and the admission of images to clusters.
 * @module
 */
export { imageWebhook } from './admission/image-webhook.ts';
export { startAdmissionServer } from './admission/admission-server.ts';
export { startServer } from './server.ts';
export type { AdmissionServer, AdmissionServerOptions } from './admission/admission-server.ts';
export type { OidcOptions, PageServer, ServerOptions } from './server.ts';
export type { ActingUser, DeliveryVerbs } from './verbs.ts';
export type {
  Action,
  ApplicationDetail,
  ApplicationSummary,
  Cell,
  Deployment,
  Environment,
  EvidenceRecord,
  Gate,
  HealthState,
  Me,
  OpenPromotion,
  Opened,
  Overview,
  Phase,
  Problem,
  Resource,
  Service,
  SyncState,
  Target,
  User,
  Version,
} from './contract.ts';
