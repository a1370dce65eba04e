import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { messageOf } from '../core/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import type { Ledger } from '../evidence/index.ts';
import {
  breakGlassSchema,
  freezeSchema,
  liftSchema,
  nameSchema,
  reviewSchema,
  targetSchema,
  unfreezeSchema,
} from './contract.ts';
import type { Me, Overview, Target } from './contract.ts';
import { InvalidRequestError, NotAllowedError, NotFoundError, NotSignedInError } from './errors.ts';
import { assertSameSite } from './guard.ts';
import type { HubReader } from './hub/hub-reader.ts';
import type { PipelineView } from './hub/schema.ts';
import type { LiveEvents } from './live-events.ts';
import type { Caller, Sessions } from './sign-on/sessions.ts';
import type { ActingUser, DeliveryVerbs } from './verbs.ts';
import { applicationDetail, applicationSummary } from './view/applications.ts';
import { evidenceRecord } from './view/evidence.ts';
import { buildOverview } from './view/overview.ts';
import { mayPromote, mayRollBack } from './view/rights.ts';

export interface ApiPorts {
  readonly reader: HubReader;
  readonly live: LiveEvents;
  readonly sessions: Sessions;
  readonly verbs: DeliveryVerbs;
  readonly ledger?: Pick<Ledger, 'records'> | undefined;
  readonly promoters: readonly string[];
  readonly clock: Clock;
  readonly publicUrl: string;
  readonly logger: Logger;
}

const LARGEST_BODY = 16 * 1024;

/** The API under `/api/v1`. */
export function apiRoutes(ports: ApiPorts): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: LARGEST_BODY }));
  readRoutes(app, ports);
  verbRoutes(app, ports);
  exceptionRoutes(app, ports);
  return app;
}

function readRoutes(app: Hono, ports: ApiPorts): void {
  const { reader, live, sessions } = ports;
  app.get('/me', async (context) => {
    const caller = await sessions.caller(context).catch(nobody);
    return context.json({ user: caller?.user ?? null } satisfies Me);
  });
  app.get('/overview', async (context) => context.json(overview(ports, await signedIn(ports, context))));
  app.get('/events', async (context) => {
    const caller = await signedIn(ports, context);
    const { expires } = caller;
    return live.stream(context, {
      snapshot: () => JSON.stringify(overview(ports, caller)),
      ...(expires === undefined ? {} : { until: expires }),
    });
  });
  app.get('/applications', async (context) => {
    await signedIn(ports, context);
    return context.json(reader.state().applications.map(applicationSummary));
  });
  app.get('/applications/:name', async (context) => {
    await signedIn(ports, context);
    const application = reader.application(nameOf(context));
    if (application === undefined) throw new NotFoundError(`There is no Application ${nameOf(context)}`);
    return context.json(applicationDetail(application));
  });
  app.get('/evidence/:name', async (context) => {
    await signedIn(ports, context);
    const name = nameOf(context);
    const promotion = reader.state().promotions.find(({ metadata }) => metadata.name === name);
    const record = promotion && evidenceRecord(promotion, (await ports.ledger?.records(context.req.raw.signal)) ?? []);
    if (record === undefined) throw new NotFoundError(`The ledger has no record of ${name}`);
    return context.json(record);
  });
}

function verbRoutes(app: Hono, ports: ApiPorts): void {
  const { verbs } = ports;
  app.post('/promotions', (context) =>
    act(ports, context, async (user) => {
      const target = await readBody(context, targetSchema);
      allow(ports, target, (pipeline) => mayPromote(user, pipeline, ports.promoters));
      return { verb: 'promote', subject: target, answer: await verbs.promote(user, target), status: 201 };
    }),
  );
  app.post('/rollback', (context) =>
    act(ports, context, async (user) => {
      const target = await readBody(context, targetSchema);
      allow(ports, target, (pipeline) => mayRollBack(user, pipeline));
      return { verb: 'rollback', subject: target, answer: await verbs.rollback(user, target), status: 201 };
    }),
  );
  for (const verb of ['approve', 'deploy'] as const) {
    app.post(`/promotions/:name/${verb}`, (context) =>
      act(ports, context, async (user) => {
        const name = nameOf(context);
        await verbs[verb](user, name);
        return { verb, subject: { promotion: name }, answer: { name }, status: 200 };
      }),
    );
  }
}

/** What is done in need, or keeps something from being done. The verbs know who may. */
function exceptionRoutes(app: Hono, ports: ApiPorts): void {
  const { verbs } = ports;
  app.post('/freeze', (context) =>
    act(ports, context, async (user) => {
      const request = await readBody(context, freezeSchema);
      return { verb: 'freeze', subject: request, answer: await verbs.freeze(user, request), status: 201 };
    }),
  );
  app.post('/unfreeze', (context) =>
    act(ports, context, async (user) => {
      const request = await readBody(context, unfreezeSchema);
      await verbs.unfreeze(user, request);
      return { verb: 'unfreeze', subject: request, answer: request, status: 200 };
    }),
  );
  app.post('/break-glass', (context) =>
    act(ports, context, async (user) => {
      const request = await readBody(context, breakGlassSchema);
      return { verb: 'break-glass', subject: request, answer: await verbs.breakGlass(user, request), status: 201 };
    }),
  );
  app.post('/promotions/:name/review', (context) =>
    act(ports, context, async (user) => {
      const name = nameOf(context);
      const { comment } = await readBody(context, reviewSchema);
      await verbs.review(user, name, comment);
      return { verb: 'review', subject: { promotion: name }, answer: { name }, status: 200 };
    }),
  );
  app.post('/quarantine/lift', (context) =>
    act(ports, context, async (user) => {
      const request = await readBody(context, liftSchema);
      await verbs.liftQuarantine(user, request);
      return { verb: 'lift', subject: request, answer: request, status: 200 };
    }),
  );
}

interface Acted {
  readonly verb: string;
  readonly subject: object;
  readonly answer: object;
  readonly status: 200 | 201;
}

/** Runs a verb for the caller and logs who asked for what and how it went. */
async function act(ports: ApiPorts, context: Context, run: (user: ActingUser) => Promise<Acted>): Promise<Response> {
  const caller = await signedIn(ports, context);
  assertSameSite(context, caller, ports.publicUrl);
  const user = { name: caller.user.name, groups: caller.user.groups, accessToken: caller.accessToken };
  try {
    const { verb, subject, answer, status } = await run(user);
    ports.logger.info('Acted', { user: user.name, verb, ...subject });
    return context.json(answer, status);
  } catch (error) {
    ports.logger.warn('Refused to act', { user: user.name, path: context.req.path, error: messageOf(error) });
    throw error;
  }
}

/** Asks `refusal` about the pipeline of `target`. @throws NotFoundError, NotAllowedError */
function allow({ reader }: ApiPorts, target: Target, refusal: (pipeline: PipelineView) => string | undefined): void {
  const pipeline = reader.state().pipelines.find(({ spec }) => spec.service === target.service);
  if (pipeline === undefined) throw new NotFoundError(`There is no service ${target.service}`);
  if (!pipeline.spec.environments.some(({ name }) => name === target.environment))
    throw new NotFoundError(`${target.service} has no environment ${target.environment}`);
  const reason = refusal(pipeline);
  if (reason !== undefined) throw new NotAllowedError(reason);
}

async function signedIn({ sessions }: ApiPorts, context: Context): Promise<Caller> {
  const caller = await sessions.caller(context);
  if (caller === undefined) throw new NotSignedInError('Nobody is signed in');
  return caller;
}

function nobody(error: unknown): undefined {
  if (error instanceof NotSignedInError) return undefined;
  throw error;
}

function overview({ reader, promoters, ledger, clock }: ApiPorts, { user }: Caller): Overview {
  const options = { user, ready: reader.synced, promoters, ledger: ledger !== undefined, now: clock.now() };
  return buildOverview(reader.state(), options);
}

async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidRequestError(
    `Cannot read the request: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  );
}

function nameOf(context: Context): string {
  const parsed = nameSchema.safeParse(context.req.param('name'));
  if (!parsed.success) throw new InvalidRequestError('The name is not a name');
  return parsed.data;
}
