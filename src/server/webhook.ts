import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Logger } from '../core/index.ts';
import { InvalidRequestError, NotSignedInError } from './errors.ts';

const LARGEST = 5 * 1024 * 1024;

const pushSchema = z.object({ project: z.object({ git_http_url: z.url() }) });

export interface WebhookPorts {
  /** Shared with the forge. */
  readonly webhookToken: string;
  /** A branch of the repository with this clone URL has moved. */
  readonly onPush: (repository: string) => void | Promise<void>;
  /** Some merge request has changed. */
  readonly onMergeRequest: () => void | Promise<void>;
  readonly logger: Logger;
}

/**
 * GitLab's webhooks. They only say that it is worth looking now: what has changed is read from the forge itself, and
 * would be without them, later.
 */
export function webhookRoutes(ports: WebhookPorts): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: LARGEST }));
  app.post('/', async (context) => {
    if (!isSameSecret(context.req.header('x-gitlab-token') ?? '', ports.webhookToken)) {
      throw new NotSignedInError('The webhook token is wrong');
    }
    const event = context.req.header('x-gitlab-event') ?? '';
    const run = await readEvent(event, () => context.req.json());
    if (run === undefined) return context.json({ accepted: false, event: event.slice(0, 60) }, 202);
    // The forge waits for the answer, not for what follows from it.
    void run(ports).catch((error: unknown) =>
      ports.logger.error('A webhook was not acted on', { event, error: messageOf(error) }),
    );
    return context.json({ accepted: true }, 202);
  });
  return app;
}

type Run = (ports: WebhookPorts) => Promise<void>;

async function readEvent(event: string, body: () => Promise<unknown>): Promise<Run | undefined> {
  if (event === 'Push Hook' || event === 'Tag Push Hook') {
    const parsed = pushSchema.safeParse(await body().catch(() => undefined));
    if (!parsed.success) throw new InvalidRequestError('Cannot read the push event: project.git_http_url is missing');
    const { git_http_url: repository } = parsed.data.project;
    return async ({ onPush }) => onPush(repository);
  }
  if (event === 'Merge Request Hook') return async ({ onMergeRequest }) => onMergeRequest();
  return undefined;
}

/** Takes the same time whatever is different. */
function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return expected !== '' && timingSafeEqual(digest(given), digest(expected));
}
