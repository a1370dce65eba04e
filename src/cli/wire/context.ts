import type { Clock, Ids, Logger } from '../../core/index.ts';
import type { DataDirectory } from './data-directory.ts';
import type { Ports } from './ports.ts';

/** What every part of a standalone instance is started with. */
export interface InstanceContext {
  readonly data: DataDirectory;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Aborts when the instance stops. */
  readonly signal: AbortSignal;
}
