import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../../../src/core/index.ts';
import type { Logger } from '../../../src/core/index.ts';
import { embeddedAuditTrail, startDriftGuard } from '../../../src/drift/index.ts';
import type { DriftFact, Ledger } from '../../../src/evidence/index.ts';
import { argoCustomResourceDefinitions } from '../../../src/gitops/index.ts';
import { createKubeClient } from '../../../src/kube/index.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/index.ts';
import { createApiServer } from '../../../src/standins/apiserver/index.ts';
import { application, configMapKey, namespace } from '../../support/gitops-world.ts';
import { eventually } from '../../support/tools.ts';

const EDITS = 100;
/** The first are not counted: code that has never run is slow. */
const WARM_UP = 10;
/** Milliseconds. On a machine that has nothing else to do the limits are the targets. */
const LIMITS = process.env['STOA_CD_HEAVY'] === undefined ? { found: 500, healed: 1_000 } : { found: 50, healed: 250 };
const CONFIG = configMapKey('a');

/** An engine that we did not write has applied one object, and from now on does nothing. */
describe('the guard alone, above whatever engine, in real time', () => {
  const stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const facts: DriftFact[] = [];
  const foundAt: number[] = [];
  let client: KubeClient;

  beforeAll(async () => {
    const server = stack.use(await createApiServer({ name: 'hub', clock: systemClock }));
    const connect = (fieldManager: string, userAgent: string): KubeClient =>
      createKubeClient({ server: 'https://hub.test', fetch: server.fetch, fieldManager, userAgent });
    client = connect('kubectl-edit', 'kubectl/v1.34');
    await prepare(client, connect('argocd-controller', 'argocd'));
    const trail = embeddedAuditTrail({ server: 'https://hub.test', fetch: server.fetch });
    const logger: Logger = {
      ...silentLogger,
      warn: (message) => {
        if (message === 'drift') foundAt.push(performance.now());
      },
      with: () => logger,
    };
    const guard = await startDriftGuard({
      hub: connect('stoa-drift-guard', 'stoa-cd'),
      connect: async () => Promise.reject(new Error('there is one cluster only')),
      audit: async () => Promise.resolve(trail),
      ledger: ledgerInto(facts),
      fetch: async () => Promise.resolve(new Response('{}')),
      clock: systemClock,
      logger,
      signal: stop.signal,
    });
    stack.use(guard);
  });
  afterAll(async () => {
    stop.abort();
    await stack.disposeAsync();
  });

  it(
    'finds and takes back an added field in milliseconds, by the clock of a third party',
    { timeout: 60_000 },
    async () => {
      const heals: number[] = [];
      const finds: number[] = [];
      for (let n = 0; n < EDITS; n++) {
        foundAt.length = 0;
        const field = `added-${n}`;
        const healed = gone(client, field);
        const started = performance.now();
        await client.patch(CONFIG, { type: 'merge', body: { data: { [field]: 'x' } } });
        heals.push((await healed) - started);
        finds.push(Math.max(0, (foundAt[0] ?? Infinity) - started));
      }
      const [found, healed] = [percentiles(finds.slice(WARM_UP)), percentiles(heals.slice(WARM_UP))];
      process.stdout.write(
        `drift: found p50 ${found.p50} p99 ${found.p99} ms, healed p50 ${healed.p50} p99 ${healed.p99} ms\n`,
      );

      expect(found.p99).toBeLessThan(LIMITS.found);
      expect(healed.p99).toBeLessThan(LIMITS.healed);
    },
  );

  it('names the account and the client from the audit log, also of a deletion', async () => {
    await eventually('the facts', async () => Promise.resolve(facts.length === EDITS ? true : undefined));
    expect(facts[0]).toMatchObject({ actor: 'kubectl-edit', agent: 'kubectl/v1.34', healedBy: 'stoa-drift-guard' });
    expect(facts[0]?.user).toMatch(/./);
    await client.delete(CONFIG);
    const event = async (): Promise<KubeObject | undefined> => {
      const { items } = await client.list({ group: '', version: 'v1', kind: 'Event' }, { namespace: 'argocd' });
      return items.find(({ message }) => String(message).includes('deleted'));
    };
    expect(await eventually('an event about the deletion', event)).toMatchObject({
      reason: 'StoaDrift',
      type: 'Warning',
    });
  });
});

async function prepare(client: KubeClient, engine: KubeClient): Promise<void> {
  for (const name of ['argocd', 'web']) await client.create(namespace(name));
  for (const definition of argoCustomResourceDefinitions) await client.create(definition);
  await engine.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'web' },
    data: { x: '1' },
  });
  const resources = [{ version: 'v1', kind: 'ConfigMap', namespace: 'web', name: 'a', status: 'Synced' }];
  await client.create(application('web'));
  await client.patch(
    { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'web' },
    { type: 'merge', body: { status: { resources } } },
  );
}

function ledgerInto(facts: DriftFact[]): Ledger {
  return {
    append: async ({ predicate }) => {
      facts.push(predicate as unknown as DriftFact);
      return Promise.resolve({ sequence: facts.length, commit: '' });
    },
    records: async () => Promise.resolve([]),
  };
}

/** When a watch of our own first shows the object without the field that it had. */
async function gone(client: KubeClient, field: string): Promise<number> {
  const { name, namespace: place = '', ...gvk } = CONFIG;
  const options = { namespace: place, fieldSelector: `metadata.name=${name}`, signal: AbortSignal.timeout(30_000) };
  const { metadata, items } = await client.list(gvk, options);
  let there = items.some((object) => hasField(object, field));
  for await (const { object } of client.watch(gvk, { ...options, resourceVersion: metadata.resourceVersion })) {
    const has = hasField(object, field);
    if (there && !has) return performance.now();
    there ||= has;
  }
  throw new Error(`${field} was not taken back`);
}

function hasField(object: KubeObject, field: string): boolean {
  return JSON.stringify(object['data'] ?? {}).includes(`"${field}"`);
}

function percentiles(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Infinity);
  return { p50: at(0.5), p99: at(0.99) };
}
