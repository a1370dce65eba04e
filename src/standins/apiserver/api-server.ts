import { join } from 'node:path';
import { randomIds, silentLogger, systemClock } from '../../core/index.ts';
import type { Clock, Fetch, Ids, Logger } from '../../core/index.ts';
import { Authenticator } from './access/authenticator.ts';
import { Authorizer } from './access/authorizer.ts';
import { createAuthority, issueCertificate } from './access/certificates.ts';
import type { KeyPair } from './access/certificates.ts';
import { kubeconfigText } from './access/kubeconfig.ts';
import { SecretsDirectory } from './access/secrets-directory.ts';
import { TokenSigner, newTokenKey } from './access/token-signer.ts';
import { ADMIN, MASTERS } from './access/user.ts';
import { QuotaStatus } from './admission/quota-status.ts';
import { QuotaAdmission } from './admission/quotas.ts';
import { ServiceAccountAdmission } from './admission/service-accounts.ts';
import { WebhookAdmission } from './admission/webhook-admission.ts';
import { httpsWebhookClient } from './admission/webhook-client.ts';
import { AuditLog } from './audit/audit-log.ts';
import { chooseRules } from './adapters.ts';
import type { Cluster } from './cluster.ts';
import { DefinitionController } from './custom/definition-controller.ts';
import { Discovery } from './discovery/discovery.ts';
import { OpenApi } from './discovery/open-api.ts';
import { createHandler } from './http/handler.ts';
import type { Handler } from './http/handler.ts';
import { inProcessFetch } from './http/in-process.ts';
import { SocketServer } from './http/socket-server.ts';
import { AggregatedRoles } from './lifecycle/aggregated-roles.ts';
import { bootstrap } from './lifecycle/bootstrap.ts';
import { EventExpiry } from './lifecycle/event-expiry.ts';
import { GarbageCollector } from './lifecycle/garbage-collector.ts';
import { NamespaceController } from './lifecycle/namespace-controller.ts';
import { DirectoryLock } from './persistence/directory-lock.ts';
import { DiskDirectory } from './persistence/file-system.ts';
import { LogPersistence } from './persistence/log-persistence.ts';
import type { AdmissionStep } from './ports.ts';
import { Catalog } from './resources/catalog.ts';
import { MemoryPersistence } from './store/persistence.ts';
import { Store } from './store/store.ts';
import { PodLogs, forgetLogs } from './subresources/pod-logs.ts';

export interface ApiServerOptions {
  /** Of the cluster; shown in kubeconfigs. @default 'embedded' */
  readonly name?: string;
  /** @default the machine's */
  readonly clock?: Clock;
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
  /** Serves HTTPS with a certificate of the cluster's own authority. @default port 0: any free one, host 127.0.0.1 */
  listen(options?: { readonly port?: number; readonly host?: string }): Promise<{ readonly url: string }>;
  /** For `kubectl`, with the client certificate of an administrator. @throws Error before {@link listen} */
  kubeconfig(): string;
  /** Makes every write from now on pass `step`, before the webhooks are asked. */
  admit(step: AdmissionStep): Disposable;
  /** A bearer token that the server accepts for a year. */
  issueToken(user: { readonly name: string; readonly groups: readonly string[] }): string;
}

/** Of a directory that one process at a time may use. */
async function openStore(options: ApiServerOptions, held: AsyncDisposableStack): Promise<Store> {
  const { directory, logger = silentLogger } = options;
  if (directory === undefined) return held.use(await Store.open({ persistence: new MemoryPersistence(), logger }));
  held.use(await DirectoryLock.acquire(directory));
  const files = new DiskDirectory(join(directory, 'store'));
  return held.use(await Store.open({ persistence: new LogPersistence({ files, logger }), logger }));
}

export async function createApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const { logger = silentLogger, ids = randomIds, clock = systemClock, name = 'embedded', directory } = options;
  const held = new AsyncDisposableStack();
  const store = await openStore(options, held);
  const audit = held.use(await AuditLog.open(directory && join(directory, 'audit'), logger));
  const secrets = new SecretsDirectory(directory && join(directory, 'pki'));
  const signer = new TokenSigner(await secrets.keep('token.key', () => Promise.resolve(newTokenKey())), clock);
  const authority = await keptAuthority(secrets, `${name}-ca`, clock.now());
  const admission: AdmissionStep[] = [];
  const cluster: Cluster = {
    name,
    store,
    catalog: new Catalog(),
    clock,
    ids,
    logger,
    ...chooseRules(() => store),
    authenticator: new Authenticator(signer, store),
    authorizer: new Authorizer(store),
    signer,
    audit,
    logs: new PodLogs(),
    admission,
  };
  const webhooks = new WebhookAdmission({ store, catalog: cluster.catalog, ids, client: httpsWebhookClient });
  admission.push(new ServiceAccountAdmission(store), ...(options.admission ?? []), webhooks, new QuotaAdmission(store));
  await startLoops(cluster, authority.certificate, held);
  const openApi = new OpenApi(cluster.catalog, () => clock.now());
  const handler = createHandler({ cluster, discovery: new Discovery(cluster.catalog), openApi });
  return new EmbeddedApiServer({ cluster, handler, authority, held, admission });
}

/** What the server does on its own. Resolves when the cluster is furnished. */
async function startLoops(cluster: Cluster, authority: string, held: AsyncDisposableStack): Promise<void> {
  await bootstrap(cluster);
  held.use(new DefinitionController(cluster));
  const namespaces = held.use(new NamespaceController(cluster, authority));
  const roles = held.use(new AggregatedRoles(cluster));
  held.use(new GarbageCollector(cluster));
  held.use(new EventExpiry(cluster));
  held.use(new QuotaStatus(cluster));
  held.use(forgetLogs(cluster.store, cluster.logs));
  await namespaces.idle;
  await roles.idle;
}

interface Parts {
  readonly cluster: Cluster;
  readonly handler: Handler;
  readonly authority: KeyPair;
  /** The steps that every write passes, the server's own included. */
  readonly admission: AdmissionStep[];
  /** What is open, given back in reverse order. */
  readonly held: AsyncDisposable;
}

const TOKEN_SECONDS = 365 * 86_400;

/** Names under which clients reach the server. */
const HOSTS = [
  '127.0.0.1',
  '::1',
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

class EmbeddedApiServer implements ApiServer {
  readonly fetch: Fetch;
  readonly #parts: Parts;
  #listening: { readonly sockets: SocketServer; readonly kubeconfig: string } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.fetch = inProcessFetch(parts.handler);
  }

  async listen(options: { readonly port?: number; readonly host?: string } = {}): Promise<{ readonly url: string }> {
    if (this.#listening !== undefined) throw new Error('Cannot listen: the server is listening already');
    const { cluster, handler, authority } = this.#parts;
    const { port = 0, host = '127.0.0.1' } = options;
    const now = cluster.clock.now();
    const hosts = [...new Set([...HOSTS, host])];
    const server = await issueCertificate(authority, { commonName: 'kube-apiserver', hosts }, now);
    const client = await issueCertificate(authority, { commonName: ADMIN.name, organizations: [MASTERS] }, now);
    const { certificate } = authority;
    const { logger } = cluster;
    const sockets = await SocketServer.listen({ handler, logger, server, authority: certificate, host, port });
    const url = `https://${host.includes(':') ? `[${host}]` : host}:${sockets.port}`;
    const user = `${cluster.name}-admin`;
    const kubeconfig = kubeconfigText({ cluster: cluster.name, server: url, authority: certificate, user, client });
    this.#listening = { sockets, kubeconfig };
    return { url };
  }

  kubeconfig(): string {
    if (this.#listening === undefined) throw new Error('Cannot write a kubeconfig: the server is not listening');
    return this.#listening.kubeconfig;
  }

  admit(step: AdmissionStep): Disposable {
    const { admission } = this.#parts;
    admission.splice(
      admission.findIndex((each) => each instanceof WebhookAdmission),
      0,
      step,
    );
    return {
      [Symbol.dispose]: () => {
        const index = admission.indexOf(step);
        if (index >= 0) admission.splice(index, 1);
      },
    };
  }

  issueToken(user: { readonly name: string; readonly groups: readonly string[] }): string {
    const { cluster } = this.#parts;
    const exp = Math.floor(cluster.clock.now() / 1_000) + TOKEN_SECONDS;
    return cluster.signer.sign({ sub: user.name, groups: [...user.groups], exp });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.sockets[Symbol.asyncDispose]();
    this.#listening = undefined;
    await this.#parts.held[Symbol.asyncDispose]();
  }
}

/** Both halves in one file, so that they always belong together. */
async function keptAuthority(secrets: SecretsDirectory, name: string, now: number): Promise<KeyPair> {
  const text = await secrets.keep('ca.pem', async () => {
    const made = await createAuthority(name, now);
    return `${made.certificate.trimEnd()}\n${made.key}`;
  });
  const start = text.indexOf('-----BEGIN PRIVATE KEY-----');
  return { certificate: text.slice(0, start), key: text.slice(start) };
}
