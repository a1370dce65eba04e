import type { Clock, Logger } from '../core/index.ts';
import type { Ledger } from '../evidence/index.ts';
import type { Forge } from '../forge/index.ts';
import type { Mirror } from '../git/index.ts';
import type { KubeClient } from '../kube/index.ts';
import type { OciClient, VerdictCache } from '../supply-chain/index.ts';

export interface PromotionPorts {
  readonly hub: KubeClient;
  /** A cluster by the name that Applications give as destination. */
  readonly connect: (cluster: string) => Promise<KubeClient>;
  /** As the delivery bot. */
  readonly forge: Forge;
  /** Its name on the forge. */
  readonly bot: string;
  /** `stoa-envs`, as the delivery bot. */
  readonly mirror: Mirror;
  readonly ledger: Ledger;
  /** Where images and what is signed about them are. */
  readonly registry: OciClient;
  /** Verdicts on images, for a registry that is down. */
  readonly verdicts: VerdictCache;
  /** Groups that a person is in now. */
  readonly groupsOf: (username: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly logger: Logger;
}
