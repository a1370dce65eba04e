import type { Origin } from '../model/resource.ts';
import type { ResourceMap } from '../model/resource-map.ts';

/** One change to all objects, configured and ready: everything it reads from files is read. */
export interface Transformer {
  /** As upstream names it, for instance `PrefixTransformer`. */
  readonly kind: string;
  /** Where it is configured; set for those that come from a file of their own. */
  readonly origin?: Origin;
  run(resources: ResourceMap): void;
}
