import { join } from 'node:path';
import { embeddedAuditTrail, startDriftGuard } from '../../drift/index.ts';
import type { AuditTrail, DriftGuard } from '../../drift/index.ts';
import { anchorLedger, createSigner, generateSigningKey, openLedger } from '../../evidence/index.ts';
import type { Ledger, Signer } from '../../evidence/index.ts';
import { gitlabForge } from '../../forge/index.ts';
import type { MergeRequest } from '../../forge/index.ts';
import { openMirror } from '../../git/index.ts';
import type { Mirror, Remote } from '../../git/index.ts';
import { clusterConnection, createKubeClient } from '../../kube/index.ts';
import type { ClusterConnection, KubeClient } from '../../kube/index.ts';
import {
  approve,
  breakGlass,
  createImageGate,
  deploy,
  freeze,
  liftQuarantine,
  promote,
  promotionName,
  review,
  rollback,
  startPromotion,
  unfreeze,
} from '../../promotion/index.ts';
import type { ImageGate, PromotionController, VerbPorts } from '../../promotion/index.ts';
import { createOciClient, createVerdictCache } from '../../supply-chain/index.ts';
import type { ActingUser, DeliveryVerbs } from '../../server/index.ts';
import type { Cluster } from './clusters.ts';
import type { InstanceContext } from './context.ts';
import type { DataDirectory } from './data-directory.ts';
import { BOT_USER } from './machines.ts';
import type { Machines } from './machines.ts';
import { networkFetch } from './network.ts';

export const ENVIRONMENTS_PROJECT = 'stoa/stoa-envs';
const KEY_FILE = 'evidence.key.pem';

/** The key that signs the ledger of a data directory, made at its first start. */
export async function loadSigner(data: DataDirectory): Promise<Signer> {
  const existing = await data.read(KEY_FILE);
  if (existing !== undefined) return createSigner(existing);
  const pem = generateSigningKey();
  await data.write(KEY_FILE, pem);
  const signer = createSigner(pem);
  await data.write('evidence.pub.pem', signer.publicKeyPem);
  return signer;
}

export interface DeliveryOptions {
  readonly hub: Cluster;
  /** Base URL of the forge. */
  readonly forge: string;
  /** Clone URL of `stoa-envs`. */
  readonly repository: string;
  readonly machines: Machines;
  readonly groupsOf: (username: string) => Promise<readonly string[]>;
  /** Repository elsewhere that gets a copy of the ledger. */
  readonly evidenceCopy?: Remote | undefined;
}

export interface Delivery extends AsyncDisposable {
  readonly controller: PromotionController;
  readonly verbs: DeliveryVerbs;
  readonly ledger: Ledger;
  readonly images: ImageGate;
  readonly alerts: DriftGuard['alerts'];
  /** `stoa-envs`, as the delivery bot. */
  readonly mirror: Mirror;
}

/** The gate, the verbs, the drift guard and the ledger, on whatever forge and hub they are given. */
export async function startDelivery(options: DeliveryOptions, context: InstanceContext): Promise<Delivery> {
  const { hub, repository, machines } = options;
  const { clock, data, logger, signal } = context;
  const credentials = { username: BOT_USER, password: machines.bot };
  const mirror = await openMirror({
    url: repository,
    directory: join(data.path, 'cache', 'delivery.git'),
    credentials,
    fetch: networkFetch,
    logger,
  });
  const forge = gitlabForge({
    baseUrl: options.forge,
    project: ENVIRONMENTS_PROJECT,
    fetch: networkFetch,
    token: machines.bot,
  });
  const ledger = await openEvidence(mirror, options, context);
  const clusters = new ClusterClients(hub.client('stoa-cd'));
  const reach = { hub: hub.client('stoa-cd'), connect: async (name: string) => clusters.get(name) };
  const artefacts = { registry: createOciClient({ fetch: networkFetch }), verdicts: createVerdictCache() };
  const controller = await startPromotion({
    ...reach,
    ...artefacts,
    ...{ forge, mirror, ledger, clock, signal, bot: BOT_USER },
    groupsOf: options.groupsOf,
    logger: logger.with({ part: 'promotion' }),
  });
  const hubTrail = embeddedAuditTrail(hub);
  const guard = await startDriftGuard({
    ...{ ...reach, hub: hub.client('stoa-drift-guard'), ledger, clock, signal },
    audit: async (cluster) => (cluster === undefined ? hubTrail : clusters.trail(cluster)),
    fetch: networkFetch,
    logger: logger.with({ part: 'drift' }),
  });
  return {
    controller,
    ledger,
    mirror,
    alerts: guard.alerts,
    images: createImageGate({ hub: reach.hub, mirror, clock, ...artefacts }),
    verbs: deliveryVerbs(options, { mirror, ledger, clock, done: () => controller.changed() }),
    async [Symbol.asyncDispose]() {
      await guard[Symbol.asyncDispose]();
      await controller[Symbol.asyncDispose]();
      await clusters[Symbol.asyncDispose]();
      await mirror[Symbol.asyncDispose]();
    },
  };
}

async function openEvidence(
  mirror: Mirror,
  { evidenceCopy: remote }: DeliveryOptions,
  { data, clock, logger, signal }: InstanceContext,
): Promise<Ledger> {
  const ledger = openLedger({ mirror, signer: await loadSigner(data), clock });
  if (remote === undefined) return ledger;
  return anchorLedger(ledger, { mirror, remote, clock, signal, logger: logger.with({ part: 'evidence' }) });
}

interface VerbDetails extends Pick<VerbPorts, 'mirror' | 'ledger' | 'clock'> {
  readonly done: () => void;
}

/** The verbs with the forge and the hub as the acting person: their own token, their own name in the audit log. */
function deliveryVerbs(
  { hub, forge: baseUrl }: DeliveryOptions,
  { mirror, ledger, clock, done }: VerbDetails,
): DeliveryVerbs {
  const portsOf = (user: ActingUser): VerbPorts => ({
    hub: hub.client(user.name),
    forge: gitlabForge({ baseUrl, project: ENVIRONMENTS_PROJECT, fetch: networkFetch, bearer: user.accessToken }),
    mirror,
    ledger,
    clock,
  });
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    done();
    return result;
  };
  const opened = (mergeRequest: MergeRequest) => ({
    name: promotionName(mergeRequest) ?? '',
    mergeRequest: { iid: mergeRequest.iid, url: mergeRequest.webUrl },
  });
  return {
    promote: async (user, target) => opened(await then(promote(portsOf(user), user, target))),
    approve: (user, name) => then(approve(portsOf(user), user, name)),
    deploy: (user, name) => then(deploy(portsOf(user), user, name)),
    rollback: async (user, target) => opened(await then(rollback(portsOf(user), user, target))),
    freeze: (user, request) => then(freeze(portsOf(user), user, request)),
    unfreeze: (user, request) => then(unfreeze(portsOf(user), user, request)),
    breakGlass: async (user, request) => opened(await then(breakGlass(portsOf(user), user, request))),
    review: (user, promotion, comment) => then(review(portsOf(user), user, { promotion, comment })),
    liftQuarantine: (user, request) => then(liftQuarantine(portsOf(user), user, request)),
  };
}

interface Reached {
  readonly connection: ClusterConnection;
  readonly client: KubeClient;
  readonly trail: AuditTrail;
}

/** Clients of the clusters that are registered on the hub, by name. */
class ClusterClients implements AsyncDisposable {
  readonly #hub: KubeClient;
  readonly #open = new Map<string, Reached>();

  constructor(hub: KubeClient) {
    this.#hub = hub;
  }

  async get(name: string): Promise<KubeClient> {
    return name === '' || name === 'in-cluster' ? this.#hub : (await this.#reach(name)).client;
  }

  async trail(name: string): Promise<AuditTrail> {
    return (await this.#reach(name)).trail;
  }

  async #reach(name: string): Promise<Reached> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const key = { group: '', version: 'v1', kind: 'Secret', namespace: 'argocd', name: `cluster-${name}` };
    const secret = await this.#hub.get(key);
    if (secret === undefined) throw new Error(`There is no cluster ${name}`);
    const connection = clusterConnection(secret);
    const client = createKubeClient({ server: connection.server, fetch: connection.fetch, fieldManager: 'stoa-cd' });
    const reached = { connection, client, trail: embeddedAuditTrail(connection) };
    this.#open.set(name, reached);
    return reached;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ connection }) => connection.close()));
  }
}
