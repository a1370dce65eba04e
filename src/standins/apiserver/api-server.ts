import { randomIds, silentLogger } from '../../core/index.ts';
import type { Clock, Fetch, Ids, Logger } from '../../core/index.ts';
import { peerAuthenticator } from './access/authenticator.ts';
import type { Cluster } from './cluster.ts';
import { Discovery } from './discovery/discovery.ts';
import { createHandler } from './http/handler.ts';
import { inProcessFetch } from './http/in-process.ts';
import { defaultCustomRules, noKindRules } from './adapters.ts';
import { bootstrap } from './lifecycle/bootstrap.ts';
import { Catalog } from './resources/catalog.ts';
import { MemoryPersistence } from './store/persistence.ts';
import { Store } from './store/store.ts';
import type { AdmissionStep } from './ports.ts';

export interface ApiServerOptions {
  /** Of the cluster; shown in kubeconfigs. */
  readonly name: string;
  readonly clock: Clock;
  /** @default random */
  readonly ids?: Ids;
  /** Where the cluster keeps its data. @default memory only */
  readonly directory?: string;
  readonly logger?: Logger;
  /** What every write passes, in order. @default none */
  readonly admission?: readonly AdmissionStep[];
}

/** One cluster's Kubernetes API. */
export interface ApiServer extends AsyncDisposable {
  /** Calls the API within the process, as an administrator unless `Authorization` or `Impersonate-*` say otherwise. */
  readonly fetch: Fetch;
}

export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { logger = silentLogger, ids = randomIds, clock, name } = options;
  const store = await Store.open({ persistence: new MemoryPersistence(), logger });
  const catalog = new Catalog();
  const cluster: Cluster = {
    name,
    store,
    catalog,
    clock,
    ids,
    logger,
    kindRules: noKindRules,
    customRules: defaultCustomRules,
    admission: options.admission ?? [],
  };
  const handler = createHandler({ cluster, authenticator: peerAuthenticator, discovery: new Discovery(catalog) });
  const fetch = inProcessFetch(handler);
  await bootstrap(cluster);
  return {
    fetch,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
