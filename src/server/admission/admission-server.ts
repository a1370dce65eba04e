import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { formatTime, messageOf } from '../../core/index.ts';
import type { Clock, Logger } from '../../core/index.ts';
import { refusalFact } from '../../evidence/index.ts';
import type { Ledger } from '../../evidence/index.ts';
import type { ImageGate, ImageVerdict } from '../../promotion/index.ts';
import { answerReview, readReview } from './admission-review.ts';
import type { ImageReview } from './admission-review.ts';

/** What an API server sends of one object is far below. */
const LARGEST = 8 * 1024 * 1024;
/** Shorter than the API server waits, so that it hears why. */
const PATIENCE_MS = 8_000;

export interface AdmissionServerOptions {
  readonly gate: ImageGate;
  readonly ledger: Pick<Ledger, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default any free port */
  readonly port?: number;
}

export interface AdmissionServer extends AsyncDisposable {
  /** HTTPS; an environment's webhook is `<url>/admission/images/<environment>`. */
  readonly url: string;
}

/**
 * The validating webhook that clusters ask before they run an image. What cannot be judged is refused: the answer says
 * why. Rejects with the error of `listen`.
 */
export async function startAdmissionServer(options: AdmissionServerOptions): Promise<AdmissionServer> {
  const { certificate, key, host = '127.0.0.1', port = 0 } = options;
  const app = admissionRoutes(options);
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: { cert: certificate, key, minVersion: 'TLSv1.2' },
  });
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

export function admissionRoutes(options: Omit<AdmissionServerOptions, 'certificate' | 'key' | 'host' | 'port'>): Hono {
  const app = new Hono();
  const ports = { ...options, recorded: new Set<string>() };
  app.use(bodyLimit({ maxSize: LARGEST }));
  app.post('/admission/images/:environment', async ({ req, json }) => {
    const review = readReview(await req.json().catch(() => undefined));
    if (review === undefined) return json({ message: 'Send an AdmissionReview of admission.k8s.io/v1' }, 400);
    return json(await judge(review, req.param('environment'), ports));
  });
  return app;
}

interface Ports extends Pick<AdmissionServerOptions, 'gate' | 'ledger' | 'clock' | 'logger'> {
  /** Refusals that the ledger has, by what they are about. */
  readonly recorded: Set<string>;
}

async function judge(review: ImageReview, environment: string, ports: Ports): Promise<object> {
  if (review.images.length === 0) return answerReview(review.uid, {});
  try {
    const verdicts = await ports.gate.judge(environment, review.images, AbortSignal.timeout(PATIENCE_MS));
    const refused = verdicts.filter(({ allowed }) => !allowed);
    for (const verdict of review.dryRun ? [] : refused) record(verdict, { review, environment }, ports);
    const unproven = verdicts.filter(({ allowed, artefact }) => allowed && artefact?.verified === false);
    return answerReview(review.uid, {
      warnings: unproven.map(({ image, reason }) => `${image} would be refused in a protected environment: ${reason}`),
      ...(refused.length === 0 ? {} : { refusal: sentence(refused, environment) }),
    });
  } catch (error) {
    ports.logger.error('images cannot be judged', { environment, about: review.about, error: messageOf(error) });
    return answerReview(review.uid, { refusal: `the images cannot be judged now: ${messageOf(error)}` });
  }
}

function sentence(refused: readonly ImageVerdict[], environment: string): string {
  return refused.map(({ image, reason }) => `${environment} does not run ${image}: ${reason}`).join('; ');
}

interface Occasion {
  readonly review: ImageReview;
  readonly environment: string;
}

const MOST_RECORDED = 1_000;

/** The ledger has each refusal once, however often a controller tries again; nobody waits for it. */
function record({ image, reason }: ImageVerdict, { review, environment }: Occasion, ports: Ports): void {
  const { ledger, clock, logger, recorded } = ports;
  const about = `${environment}/${image}`;
  if (recorded.has(about)) return;
  if (recorded.size >= MOST_RECORDED) recorded.clear();
  recorded.add(about);
  const actor = review.username === '' ? 'unknown' : review.username;
  const at = formatTime(clock.now());
  logger.warn('an image was not admitted', { environment, image, reason, about: review.about, actor });
  const fact = refusalFact({ environment, about, actor, at, outcome: 'Refused', reason: `${review.about}: ${reason}` });
  void ledger.append(fact).catch((error: unknown) => {
    recorded.delete(about);
    logger.error('a refused image is not in the ledger', { environment, image, error: messageOf(error) });
  });
}
