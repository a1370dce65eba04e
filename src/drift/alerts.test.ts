import { describe, expect, it } from 'vitest';
import { VirtualClock, silentLogger } from '../core/index.ts';
import type { Fetch } from '../core/index.ts';
import { alertmanagerSink } from './alert-sinks.ts';
import { Alerts } from './alerts.ts';
import type { Alert, AlertSink } from './alerts.ts';

class Sink implements AlertSink {
  readonly name = 'sink';
  readonly told: string[] = [];
  standing: readonly string[] = [];
  failures = 0;

  async send(changed: readonly Alert[], standing: readonly Alert[]): Promise<void> {
    if (this.failures-- > 0) return Promise.reject(new Error('down'));
    this.told.push(...changed.map(({ name, resolvedAt }) => (resolvedAt === undefined ? name : `${name} over`)));
    this.standing = standing.map(({ name }) => name);
    return Promise.resolve();
  }
}

const DRIFT = { fingerprint: 'a', name: 'Drift', severity: 'warning', summary: 'x', labels: {} } as const;

function world(sink: AlertSink): { readonly clock: VirtualClock; readonly alerts: Alerts } & AsyncDisposable {
  const clock = new VirtualClock();
  const alerts = new Alerts({ clock, logger: silentLogger, signal: new AbortController().signal }, [sink]);
  return { clock, alerts, [Symbol.asyncDispose]: () => alerts[Symbol.asyncDispose]() };
}

describe('Alerts', () => {
  it('tells once that it began, however often it is fired, and once that it is over', async () => {
    const sink = new Sink();
    await using it = world(sink);
    it.alerts.fire(DRIFT);
    it.alerts.fire(DRIFT);
    await it.clock.advanceUntil(() => sink.standing.includes('Drift'), 1_000);
    it.alerts.resolve('a');
    it.alerts.resolve('a');
    await it.clock.advanceUntil(() => sink.told.length === 2, 1_000);

    expect(sink.told).toEqual(['Drift', 'Drift over']);
    expect(sink.standing).toEqual(['Watchdog']);
  });

  it('says with every beat that the guard is alive', async () => {
    const sink = new Sink();
    await using it = world(sink);
    it.alerts.beat();
    await it.clock.advanceUntil(() => sink.standing.length > 0, 1_000);

    expect([sink.told, sink.standing]).toEqual([[], ['Watchdog']]);
  });

  it('loses nothing while a sink is down', async () => {
    const sink = new Sink();
    sink.failures = 3;
    await using it = world(sink);
    it.alerts.fire(DRIFT);
    await it.clock.advanceUntil(() => sink.told.length > 0, 60_000);

    expect(sink.told).toEqual(['Drift']);
  });
});

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : input.toString();
}

describe('alertmanagerSink', () => {
  it('posts what ended and what goes on, in the form of its API', async () => {
    const posts: { readonly url: string; readonly body: unknown }[] = [];
    const fetch: Fetch = async (url, init) => {
      posts.push({ url: urlOf(url), body: JSON.parse(init?.body as string) });
      return Promise.resolve(new Response('{}'));
    };
    const clock = new VirtualClock(0);
    const sink = alertmanagerSink('http://alertmanager.test:9093/', { clock, fetch });
    const ended = { ...DRIFT, startsAt: 0, resolvedAt: 1_000 };
    await sink.send(
      [ended],
      [{ ...DRIFT, name: 'Watchdog', severity: 'none', startsAt: 0 }],
      AbortSignal.timeout(1_000),
    );

    expect(posts).toMatchObject([
      {
        url: 'http://alertmanager.test:9093/api/v2/alerts',
        body: [
          { labels: { alertname: 'Drift', severity: 'warning' }, endsAt: '1970-01-01T00:00:01.000Z' },
          { labels: { alertname: 'Watchdog' }, endsAt: '1970-01-01T00:05:00.000Z' },
        ],
      },
    ]);
  });

  it('counts a refusal as a failure, so that it is tried again', async () => {
    const fetch: Fetch = async () => Promise.resolve(new Response('', { status: 503 }));
    const sink = alertmanagerSink('http://alertmanager.test', { clock: new VirtualClock(), fetch });

    await expect(sink.send([], [], AbortSignal.timeout(1_000))).rejects.toThrow();
  });
});
