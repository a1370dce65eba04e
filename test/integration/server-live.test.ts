import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/core/index.ts';
import { signIn, startPageWorld } from '../support/page-server.ts';
import type { PageWorld } from '../support/page-server.ts';

let world: PageWorld;
let clock: VirtualClock;

beforeEach(async () => {
  clock = new VirtualClock();
  world = await startPageWorld({ clock });
});

afterEach(async () => world[Symbol.asyncDispose]());

/** Reads a stream in the background and counts its events. */
class Reading {
  text = '';
  ended = false;

  constructor(answer: Response) {
    // The server may cut the stream when it stops: that ends it too.
    void this.#read(answer).catch(() => (this.ended = true));
  }

  count(event: string): number {
    return this.text.split(`event: ${event}\n`).length - 1;
  }

  async #read(answer: Response): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) this.text += decoder.decode(chunk);
    this.ended = true;
  }
}

describe('live events', () => {
  it('beat while nothing happens, and end with the access token so that the browser renews it', async () => {
    const jar = await signIn(world, 'alice');
    const reading = new Reading(await jar.fetch(`${world.url}/api/v1/events`));
    await clock.advanceUntil(() => reading.count('overview') > 0, 5_000);
    const before = reading.count('heartbeat');
    await clock.advanceUntil(() => reading.count('heartbeat') > before, 16_000);
    await clock.advanceUntil(() => reading.ended, 16 * 60_000);
    const again = await jar.fetch(`${world.url}/api/v1/events`);
    expect(again.status).toBe(200);
    expect(again.headers.getSetCookie().join()).toContain('stoa-cd-session');
    await again.body?.cancel();
  });

  it('tell several changes that come together once', async () => {
    const jar = await signIn(world, 'alice');
    const reading = new Reading(await jar.fetch(`${world.url}/api/v1/events`));
    await clock.advanceUntil(() => reading.text.includes('stoa-staging'), 5_000);
    const before = reading.count('overview');
    for (const health of ['Missing', 'Unknown', 'Suspended']) {
      world.hub.change('Application', 'stoa-prod', (object) => ({ ...object, status: { health: { status: health } } }));
    }
    await clock.advanceUntil(() => reading.text.includes('Suspended'), 5_000);
    expect(reading.count('overview')).toBe(before + 1);
  });

  it('are refused without a session', async () => {
    expect((await fetch(`${world.url}/api/v1/events`)).status).toBe(401);
  });
});
