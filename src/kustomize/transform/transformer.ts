import type { Origin } from '../model/origin.ts';
import type { ResourceMap } from '../model/resource-map.ts';

/** One change to all objects, configured and ready: everything it reads from files is read. */
export interface Transformer {
  /** As upstream names it, for instance `PrefixTransformer`. */
  readonly kind: string;
  /** Where it is configured; set when the build tracks origins. */
  readonly origin?: Origin | undefined;
  readonly run: (resources: ResourceMap) => void;
}
