import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { UsageError, messageOf } from '../../core/index.ts';
import type { Clock, Ids, Logger } from '../../core/index.ts';
import { runGit } from '../../git/index.ts';
import type { Remote } from '../../git/index.ts';
import { startGitops, argoCustomResourceDefinitions } from '../../gitops/index.ts';
import { openMirror } from '../../git/index.ts';
import { clusterConnection, clusterSecret, createKubeClient, parseKubeconfig } from '../../kube/index.ts';
import { deliveryCustomResourceDefinitions } from '../../promotion/index.ts';
import { startServer } from '../../server/index.ts';
import { startForge } from '../../standins/forge/index.ts';
import type { ForgeServer } from '../../standins/forge/index.ts';
import { startIdentity } from '../../standins/identity/index.ts';
import type { Identity } from '../../standins/identity/index.ts';
import { startRegistry } from '../../standins/registry/index.ts';
import { defaultScenario, parseScenario } from '../../standins/simulator/index.ts';
import type { Scenario } from '../../standins/simulator/index.ts';
import { startAdmission } from './admission.ts';
import { argocdNamespace, bootstrapProject, platformDefinitions, rootApplication } from './bootstrap-objects.ts';
import { applyAll, simulate, startCluster } from './clusters.ts';
import type { Cluster } from './clusters.ts';
import type { InstanceContext } from './context.ts';
import { alertOnCoverage } from './coverage.ts';
import { openDataDirectory } from './data-directory.ts';
import { ENVIRONMENTS_PROJECT, startDelivery } from './delivery.ts';
import { INSTANCE_FILE } from './instance-file.ts';
import type { InstanceAddresses } from './instance-file.ts';
import { BOT_USER, CI_USER, loadMachines } from './machines.ts';
import type { Machines } from './machines.ts';
import { networkFetch } from './network.ts';
import { CLUSTER_NAMES, choosePorts, portError } from './ports.ts';
import type { Endpoint } from './ports.ts';
import { fillRepositories } from './repositories.ts';
import { DEVELOPMENT_USERS } from './users.ts';

export interface InstanceOptions {
  readonly directory: string;
  /** First of eight ports; 0: free ones. @default those of the first start, or 8480 */
  readonly port?: number;
  readonly scenarioFile?: string;
  /** Repository elsewhere that gets a copy of the ledger. @default none */
  readonly evidenceCopy?: Remote;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Makes the log once the data directory is held. */
  readonly log: (directory: string) => Logger;
  /** Says what is being done, for a progress display. @default nobody listens */
  readonly tell?: (what: string) => void;
  readonly signal: AbortSignal;
}

/** The whole loop in one process. Disposing stops everything; the data directory can be started again. */
export interface Instance extends AsyncDisposable {
  readonly addresses: InstanceAddresses;
}

export const CLIENT_ID = 'stoa-cd';
export const PLATFORM_PROJECT = 'stoa/stoa-platform';

/**
 * Starts every stand-in and every controller on one data directory.
 * @throws UsageError for what the user can mend: a held or unwritable directory, a taken port, git missing
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const stack = new AsyncDisposableStack();
  try {
    const addresses = await start(options, stack);
    return { addresses, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(options: InstanceOptions, stack: AsyncDisposableStack): Promise<InstanceAddresses> {
  const { clock, ids, tell = () => undefined } = options;
  await checkGit();
  const scenario = await readScenario(options.scenarioFile);
  const data = stack.use(await openDataDirectory(options.directory));
  const logger = options.log(data.path);
  const ports = await choosePorts(data, options.port);
  const machines = await loadMachines(data);
  const stop = new AbortController();
  const context: InstanceContext = {
    data,
    ports,
    clock,
    ids,
    logger,
    signal: AbortSignal.any([options.signal, stop.signal]),
  };

  tell('clusters');
  const clusters = await startClusters(context, stack);
  const [hub] = clusters;
  tell('forge, registry, identity');
  const { identity, forge, registry } = await startServices(context, machines, stack);
  stack.defer(() => stop.abort());
  const environments = (await forge.createProject(ENVIRONMENTS_PROJECT)).url;
  const platform = (await forge.createProject(PLATFORM_PROJECT)).url;
  tell('repositories');
  await Promise.all([
    fillRepositories({ environments, platform, registry: new URL(registry).host, machines }, context),
    prepareClusters(clusters, context),
  ]);
  tell('controllers');
  for (const cluster of clusters) stack.use(await simulate(cluster, scenario, context));
  const page = await startControllers(
    { clusters, identity, forge, environments, machines, evidenceCopy: options.evidenceCopy },
    context,
    stack,
  );
  await applyAll(
    hub.client('stoa-cd-bootstrap'),
    [bootstrapProject(environments), rootApplication(environments)],
    context.signal,
  );

  const addresses: InstanceAddresses = {
    page,
    issuer: identity.issuer,
    clientId: CLIENT_ID,
    forge: forge.url,
    registry,
    clusters: Object.fromEntries(
      clusters.map(({ name, kubeconfigFile, server }) => [name, { kubeconfig: kubeconfigFile, server }]),
    ),
    users: identity.users.map(({ name, password, groups }) => ({ name, password, groups: [...groups] })),
  };
  await data.write(INSTANCE_FILE, JSON.stringify(addresses, null, 2));
  return addresses;
}

async function checkGit(): Promise<void> {
  await runGit({ args: ['--version'] }).catch((cause: unknown) => {
    throw new UsageError(`Cannot start: ${messageOf(cause)}; install git 2.38 or newer`, { cause });
  });
}

async function readScenario(file: string | undefined): Promise<Scenario> {
  if (file === undefined) return defaultScenario;
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`Cannot read the scenario ${file}`, { cause });
  });
  return parseScenario(text);
}

type Clusters = readonly [hub: Cluster, ...rest: Cluster[]];

async function startClusters(context: InstanceContext, stack: AsyncDisposableStack): Promise<Clusters> {
  const [hubName, ...others] = CLUSTER_NAMES;
  const start = async (name: (typeof CLUSTER_NAMES)[number]): Promise<Cluster> =>
    stack.use(await startCluster(name, context));
  const [hub, ...rest] = await Promise.all([start(hubName), ...others.map(start)]);
  return [hub, ...rest];
}

interface Services {
  readonly identity: Identity;
  readonly forge: ForgeServer;
  readonly registry: string;
}

async function startServices(
  { data, ports, clock, logger }: InstanceContext,
  machines: Machines,
  stack: AsyncDisposableStack,
): Promise<Services> {
  const named = async <T>(endpoint: Endpoint, work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw portError(error, endpoint, ports[endpoint]);
    });
  const callback = `http://127.0.0.1:${ports.page}`;
  const clients = [{ id: CLIENT_ID, redirectUris: [`${callback}/auth/callback`, callback, `${callback}/`] }];
  const identityOptions = {
    directory: data.at('identity'),
    clock,
    port: ports.identity,
    users: DEVELOPMENT_USERS,
    clients,
    logger,
  };
  const identity = stack.use(await named('identity', startIdentity(identityOptions)));
  const forge = stack.use(
    await named(
      'forge',
      startForge({
        directory: data.at('forge'),
        clock,
        port: ports.forge,
        fetch: networkFetch,
        authenticate: (name, password) => identity.checkPassword(name, password),
        verifyToken: (token) => identity.verifyToken(token),
        machines: [
          { name: BOT_USER, token: machines.bot, role: 'maintainer' },
          { name: CI_USER, token: machines.ci, role: 'developer' },
        ],
        logger: logger.with({ part: 'forge' }),
      }),
    ),
  );
  const registry = stack.use(
    await named('registry', startRegistry({ directory: data.at('registry'), port: ports.registry, logger })),
  );
  return { identity, forge, registry: registry.url };
}

/** What each cluster has before anything is delivered: the kinds, and on the hub the other clusters. */
async function prepareClusters([hub, ...others]: Clusters, { signal }: InstanceContext): Promise<void> {
  const secrets = await Promise.all(
    others.map(async ({ name, kubeconfig }) =>
      clusterSecret(await parseKubeconfig(kubeconfig), { name, namespace: 'argocd' }),
    ),
  );
  const hubObjects = [
    ...argoCustomResourceDefinitions,
    ...deliveryCustomResourceDefinitions,
    ...platformDefinitions,
    argocdNamespace,
    ...secrets,
  ];
  await Promise.all([
    applyAll(hub.client('stoa-cd-bootstrap'), hubObjects, signal),
    ...others.map((cluster) => applyAll(cluster.client('stoa-cd-bootstrap'), platformDefinitions, signal)),
  ]);
}

interface ControllerInput {
  readonly clusters: Clusters;
  readonly identity: Identity;
  readonly forge: ForgeServer;
  readonly environments: string;
  readonly machines: Machines;
  readonly evidenceCopy: Remote | undefined;
}

/** @returns the page's address */
async function startControllers(
  input: ControllerInput,
  context: InstanceContext,
  stack: AsyncDisposableStack,
): Promise<string> {
  const { clusters, identity, forge, environments, machines, evidenceCopy } = input;
  const [hub, ...others] = clusters;
  const { clock, ids, data, ports, logger, signal } = context;
  const groups = new Map(identity.users.map((user) => [user.name, user.groups]));
  const groupsOf = async (name: string): Promise<readonly string[]> => groups.get(name) ?? [];
  const delivery = stack.use(
    await startDelivery({ hub, forge: forge.url, repository: environments, machines, groupsOf, evidenceCopy }, context),
  );
  // Before anything is synced: what an environment runs has been judged from its first Pod on.
  stack.use(await startAdmission(others, delivery, context));
  stack.use(alertOnCoverage(clusters, delivery, context));
  const gitops = stack.use(
    await startGitops({
      hub: hub.client('argocd-controller'),
      connect: async ({ secret }) => {
        if (secret === undefined) throw new UsageError('Cannot reach a cluster that is not registered');
        const connection = stack.use(disposable(clusterConnection(secret)));
        return createKubeClient({
          server: connection.server,
          fetch: connection.fetch,
          fieldManager: 'argocd-controller',
        });
      },
      mirror: async (url, credentials) => {
        const directory = data.at('cache', 'gitops', `${Buffer.from(url).toString('base64url').slice(0, 120)}.git`);
        return openMirror({
          url,
          directory,
          fetch: networkFetch,
          logger,
          ...(credentials === undefined ? {} : { credentials }),
        });
      },
      ...{ clock, ids, signal },
      logger: logger.with({ part: 'gitops' }),
    }),
  );
  const server = await startServer({
    hub: hub.client('stoa-cd'),
    oidc: { issuer: identity.issuer, clientId: CLIENT_ID },
    sessionKey: Buffer.from(machines.session, 'base64url'),
    verbs: delivery.verbs,
    ledger: delivery.ledger,
    clock,
    fetch: networkFetch,
    logger: logger.with({ part: 'server' }),
    pageDirectory: fileURLToPath(new URL('../../../web/dist', import.meta.url)),
    port: ports.page,
    webhookToken: machines.webhook,
    onPush: (repository) => {
      gitops.repositoryChanged(repository);
      delivery.controller.changed();
    },
    onMergeRequest: () => delivery.controller.changed(),
  }).catch((error: unknown) => {
    throw portError(error, 'page', ports.page);
  });
  stack.use(server);
  const hook = { url: `${server.url}/api/webhook`, token: machines.webhook };
  forge.ensureHook(ENVIRONMENTS_PROJECT, hook);
  forge.onPush(({ url }) => gitops.repositoryChanged(url));
  return server.url;
}

function disposable<T extends { close(): Promise<void> }>(resource: T): T & AsyncDisposable {
  return Object.assign(resource, { [Symbol.asyncDispose]: () => resource.close() });
}
