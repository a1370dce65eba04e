import type { TimeWindow } from '../core/index.ts';
import type { ObjectMeta } from '../kube/index.ts';

/** API group of the delivery objects; they live on the hub in namespace `argocd`. */
export const DELIVERY_API_VERSION = 'delivery.stoa.dev/v1alpha1';

interface DeliveryObject<Kind extends string> {
  readonly apiVersion: typeof DELIVERY_API_VERSION;
  readonly kind: Kind;
  readonly metadata: ObjectMeta;
}

/** How one service moves from environment to environment; kept in `stoa-envs`, applied by the root Application. */
export interface Pipeline extends DeliveryObject<'Pipeline'> {
  readonly spec: PipelineSpec;
}

export interface PipelineSpec {
  /** The service's name, as `stoa-cd release SERVICE` gives it. */
  readonly service: string;
  /** Names in the `images:` list of each environment's kustomization. */
  readonly images: readonly string[];
  /** In order of promotion; the first one follows `main`. */
  readonly environments: readonly PipelineEnvironment[];
}

export interface PipelineEnvironment {
  readonly name: string;
  /** The overlay in the repository, for instance `envs/staging`. */
  readonly path: string;
  /** The Argo CD Application that deploys it. */
  readonly application: string;
  /** Branch that the Application follows: `main`, or `approved/<env>` for a protected environment. */
  readonly ref: string;
  /** `manual`: somebody of `deployers` must press Deploy once the merge request is merged. */
  readonly sync: 'auto' | 'manual';
  readonly deployers?: readonly string[];
  /** People needed to approve the merge request; none: it merges by policy. Author and committers never count. */
  readonly approvals?: Approvals;
  /** How long a release runs in the environment before, at least: a Go duration. */
  readonly soak?: string;
  /** When this environment may change; rollbacks may always. */
  readonly windows?: readonly ChangeWindow[];
  /** Gates that others must have passed: names of commit statuses or of Gate objects. */
  readonly gates?: readonly string[];
  /** Who may go past approvals, order and windows in need, and for how long; none: nobody. */
  readonly breakGlass?: { readonly groups: readonly string[]; readonly validFor: string };
  /** Runs as a Job in this environment once a release is healthy there; the next environment requires that it passed. */
  readonly smokeTest?: SmokeTest;
}

export interface Approvals {
  readonly quorum: number;
  readonly groups: readonly string[];
  /** Go duration after which an approval counts no more; none: it counts for ever. */
  readonly expiresAfter?: string;
}

export interface ChangeWindow extends TimeWindow {
  readonly kind: 'allow' | 'deny';
  readonly reason?: string;
}

export interface SmokeTest {
  readonly namespace: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

/** Something built once: never changed after it was created. */
export interface Release extends DeliveryObject<'Release'> {
  readonly spec: ReleaseSpec;
}

export interface ReleaseSpec {
  readonly service: string;
  /** `registry/name:tag@sha256:…`; the tag is for people, the digest decides. */
  readonly images: readonly ReleaseImage[];
  readonly source: {
    readonly repository: string;
    readonly commit: string;
    readonly author: string;
    readonly committedAt: string;
  };
}

export interface ReleaseImage {
  /** Name in the kustomization. */
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** One release on its way into one environment. */
export interface Promotion extends DeliveryObject<'Promotion'> {
  readonly spec: PromotionSpec;
  readonly status?: PromotionStatus;
}

export interface PromotionSpec {
  readonly service: string;
  readonly release: string;
  readonly environment: string;
  readonly mergeRequest: { readonly iid: number; readonly url: string };
  /** The person behind the merge request, also when a machine opened it. */
  readonly requestedBy: string;
  /** Promotion that this one takes back. */
  readonly rollbackOf?: string;
  /** Commit whose configuration of the environment is approved, too. */
  readonly configuration?: { readonly commit: string };
  readonly breakGlass?: BreakGlass;
  /** Set by the Review verb: somebody else has looked at what was done in need. */
  readonly review?: { readonly by: string; readonly comment: string; readonly at: string };
  /** Set by the Deploy verb, for `sync: manual`. */
  readonly deploy?: { readonly requestedBy: string; readonly at: string };
}

export interface BreakGlass {
  readonly reason: string;
  /** RFC 3339; what is not deployed by then needs another permission. */
  readonly until: string;
}

export type PromotionPhase =
  /** Gates are open. */
  | 'Waiting'
  /** Merged; somebody must press Deploy. */
  | 'AwaitingDeploy'
  /** The environment's ref has moved; the Application is syncing. */
  | 'Deploying'
  | 'Verifying'
  | 'Deployed'
  /** The merge request was closed, or carries something it may not. */
  | 'Refused'
  | 'Superseded'
  /** It was deployed and did not become healthy, or its smoke test failed. */
  | 'Failed';

export interface PromotionStatus {
  readonly phase: PromotionPhase;
  readonly message?: string;
  readonly gates: readonly GateStatus[];
  readonly artefacts?: readonly ArtefactStatus[];
  /** Head of the merge request that the gates judged. */
  readonly sha?: string;
  readonly mergeCommit?: string;
  /** Commit that the environment's ref was moved to, and the one it was at. */
  readonly approvedCommit?: string;
  readonly previousCommit?: string;
  readonly approvers?: readonly string[];
  readonly openedAt?: string;
  /** When every gate had passed and it was merged. */
  readonly passedAt?: string;
  readonly mergedAt?: string;
  readonly mergedBy?: string;
  readonly deployedAt?: string;
  readonly finishedAt?: string;
  /** Commit of the record in the ledger. */
  readonly evidence?: string;
}

/** Whether an image is signed and attested as the policy asks. */
export interface ArtefactStatus {
  /** Registry and repository. */
  readonly image: string;
  readonly digest: string;
  readonly verified: boolean;
  readonly reason: string;
  /** RFC 3339, of its provenance. */
  readonly builtAt?: string;
}

export interface GateStatus {
  /** `approval`, `previous-environment`, `smoke-test`, `content`, … */
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'failed';
  /** What is missing or why it failed, for people. */
  readonly reason: string;
  readonly at: string;
}

/** A gate that another tool keeps. What it does not name, it is about all of. */
export interface Gate extends DeliveryObject<'Gate'> {
  readonly spec: {
    readonly service?: string;
    readonly release?: string;
    readonly environment?: string;
    readonly state: 'passed' | 'pending' | 'failed';
    readonly reason: string;
  };
}

/** Nothing goes into the environment for a while, but what brings it back. */
export interface Freeze extends DeliveryObject<'Freeze'> {
  readonly spec: {
    readonly environment: string;
    /** Absent: all of them. */
    readonly service?: string;
    readonly by: string;
    readonly reason: string;
    /** RFC 3339; absent: until somebody lifts it. */
    readonly until?: string;
  };
}

/** A digest that no environment is given again, until somebody lifts it with a reason. */
export interface Quarantine extends DeliveryObject<'Quarantine'> {
  readonly spec: {
    readonly digest: string;
    readonly image: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
    readonly lifted?: { readonly by: string; readonly reason: string; readonly at: string };
  };
}
