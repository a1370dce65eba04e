import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { HonoRequest } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { InvalidRequestError, NotSignedInError } from './errors.ts';

const LARGEST = 5 * 1024 * 1024;
/** Deliveries that are known again when they come twice. */
const MAX_KNOWN = 1000;
/** Repositories that are looked at because of a delivery, at the same time. */
const MAX_BUSY = 100;

const gitlabPush = z.object({ project: z.object({ git_http_url: z.url() }) });
const githubPush = z.object({ repository: z.object({ clone_url: z.url() }) });
const GITLAB = { push: ['Push Hook', 'Tag Push Hook'], mergeRequest: ['Merge Request Hook'] };
const GITHUB = { push: ['push'], mergeRequest: ['pull_request', 'pull_request_review', 'status'] };

export interface WebhookPorts {
  /** Shared with the forge: GitLab's secret token, GitHub's webhook secret. */
  readonly webhookToken: string;
  /** A branch of the repository with this clone URL has moved. */
  readonly onPush: (repository: string) => void | Promise<void>;
  /** Some merge request has changed. */
  readonly onMergeRequest: () => void | Promise<void>;
  readonly logger: Logger;
}

/**
 * Webhooks of GitLab and GitHub. They only say that it is worth looking now: what has changed is read from the forge
 * itself, and would be without them, later. So it does not matter in which order they come, how often, or whether at all.
 */
export function webhookRoutes(ports: WebhookPorts): Hono {
  const app = new Hono();
  const hints = new Hints(ports.logger);
  app.use(bodyLimit({ maxSize: LARGEST }));
  app.post('/', async ({ req, json }) => {
    const delivery = await readDelivery(req, ports.webhookToken);
    const hint = hintOf(delivery, ports);
    if (hint === undefined) return json({ accepted: false, event: delivery.event.slice(0, 60) }, 202);
    // The forge waits for the answer, not for what follows from it.
    return json({ accepted: true, known: !hints.follow(hint, delivery.digest) }, 202);
  });
  return app;
}

interface Delivery {
  readonly forge: 'gitlab' | 'github';
  readonly event: string;
  /** The same for the same delivery only; `undefined` where the forge gives deliveries no name. */
  readonly digest: string | undefined;
  readonly body: unknown;
}

/** @throws NotSignedInError when it was not sent by who knows the secret, InvalidRequestError when it is no JSON */
async function readDelivery(request: HonoRequest, secret: string): Promise<Delivery> {
  const signature = request.header('x-hub-signature-256');
  const isGithub = signature !== undefined;
  // Nothing is read of a stranger's body, but to check a signature.
  if (!isGithub && !isSameSecret(request.header('x-gitlab-token') ?? '', secret)) {
    throw new NotSignedInError('The webhook token is wrong');
  }
  const body = Buffer.from(await request.arrayBuffer());
  if (isGithub && (secret === '' || !isSameSecret(signature, signatureOf(body, secret)))) {
    throw new NotSignedInError('The webhook signature is wrong');
  }
  const event = request.header(isGithub ? 'x-github-event' : 'x-gitlab-event') ?? '';
  // Of hooks that cause hooks, GitLab gives all the same event id: the body tells them apart.
  const id = isGithub
    ? request.header('x-github-delivery')
    : (request.header('idempotency-key') ?? request.header('x-gitlab-event-uuid'));
  const digest =
    id === undefined ? undefined : createHash('sha256').update(`${event}\n${id}\n`).update(body).digest('hex');
  return { forge: isGithub ? 'github' : 'gitlab', event, digest, body: parse(body) };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new InvalidRequestError('Cannot read the delivery: send it as application/json');
  }
}

function signatureOf(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Takes the same time whatever is different. */
function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return expected !== '' && timingSafeEqual(digest(given), digest(expected));
}

interface Hint {
  /** What is looked at. */
  readonly subject: string;
  readonly look: () => void | Promise<void>;
}

/** `undefined` for an event that nothing follows from. @throws InvalidRequestError */
function hintOf({ forge, event, body }: Delivery, { onPush, onMergeRequest }: WebhookPorts): Hint | undefined {
  const events = forge === 'github' ? GITHUB : GITLAB;
  if (events.mergeRequest.includes(event)) return { subject: 'merge requests', look: onMergeRequest };
  if (!events.push.includes(event)) return undefined;
  const repository = forge === 'github' ? githubUrl(body) : gitlabUrl(body);
  if (repository === undefined) {
    throw new InvalidRequestError('Cannot read the push event: the clone URL of the repository is missing');
  }
  return { subject: repository, look: () => onPush(repository) };
}

function gitlabUrl(body: unknown): string | undefined {
  return gitlabPush.safeParse(body).data?.project.git_http_url;
}

function githubUrl(body: unknown): string | undefined {
  return githubPush.safeParse(body).data?.repository.clone_url;
}

interface Look {
  /** Of the deliveries that the next look answers. */
  readonly digests: Set<string>;
  again: boolean;
}

/** Follows hints: one look at a subject at a time, and one more for all that came meanwhile. */
class Hints {
  readonly #logger: Logger;
  readonly #busy = new Map<string, Look>();
  readonly #known = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns false when the delivery was followed before */
  follow(hint: Hint, digest: string | undefined): boolean {
    if (digest !== undefined && this.#known.has(digest)) return false;
    const current = this.#busy.get(hint.subject);
    const look = current ?? { digests: new Set(), again: true };
    look.again = true;
    if (digest !== undefined && look.digests.size < MAX_KNOWN) look.digests.add(digest);
    if (current !== undefined) return true;
    if (this.#busy.size >= MAX_BUSY) {
      this.#logger.warn('a webhook is not followed, because too many are', { subject: hint.subject });
      return true;
    }
    this.#busy.set(hint.subject, look);
    void this.#run(hint, look);
    return true;
  }

  async #run({ subject, look }: Hint, state: Look): Promise<void> {
    while (state.again) {
      state.again = false;
      const digests = [...state.digests];
      state.digests.clear();
      try {
        await look();
        for (const digest of digests) this.#remember(digest);
      } catch (error) {
        // It is not known then, so that the forge's next try is followed.
        this.#logger.error('A webhook was not acted on', { subject, error: messageOf(error) });
      }
    }
    this.#busy.delete(subject);
  }

  #remember(digest: string): void {
    this.#known.add(digest);
    const [oldest] = this.#known;
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
