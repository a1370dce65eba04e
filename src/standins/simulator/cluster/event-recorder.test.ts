import { describe, expect, it } from 'vitest';
import { VirtualClock, silentLogger } from '../../../core/index.ts';
import { ApiError } from '../../../kube/index.ts';
import type { KubeClient, KubeObject } from '../../../kube/index.ts';
import { pod } from '../testing/builders.ts';
import { EventRecorder } from './event-recorder.ts';
import { normal } from './plan.ts';

interface Events {
  readonly recorder: EventRecorder;
  readonly clock: VirtualClock;
  readonly stored: Map<string, KubeObject>;
}

/** As much of an API server as events need. */
function setUp(): Events {
  const stored = new Map<string, KubeObject>();
  const client = {
    create: async (object: KubeObject) => {
      const { name = '' } = object.metadata;
      if (stored.has(name)) throw new ApiError({ httpCode: 409, reason: 'AlreadyExists', message: 'exists' });
      stored.set(name, object);
      return object;
    },
    get: async ({ name }: { name: string }) => stored.get(name),
    patch: async ({ name }: { name: string }, { body }: { body: object }) => {
      const patched = { ...stored.get(name), ...body } as KubeObject;
      stored.set(name, patched);
      return patched;
    },
  } as unknown as KubeClient;
  const clock = new VirtualClock();
  return { recorder: new EventRecorder({ client, clock, logger: silentLogger }), clock, stored };
}

const { signal } = new AbortController();

describe(EventRecorder, () => {
  it('writes the event where the object is', async () => {
    const { recorder, stored } = setUp();

    await recorder.record(normal(pod('web'), 'Started', 'Started container web'), 'kubelet', signal);

    expect([...stored.values()]).toMatchObject([
      {
        metadata: { namespace: 'shop' },
        involvedObject: { kind: 'Pod', name: 'web', uid: 'uid-web' },
        type: 'Normal',
        reason: 'Started',
        source: { component: 'kubelet' },
        count: 1,
      },
    ]);
  });

  it('counts the same event again, also after a restart', async () => {
    const { recorder, clock, stored } = setUp();
    const event = normal(pod('web'), 'BackOff', 'again');
    await recorder.record(event, 'kubelet', signal);
    clock.advance(10_000);
    await recorder.record(event, 'kubelet', signal);

    expect([...stored.values()]).toMatchObject([
      { count: 2, firstTimestamp: '2026-01-15T09:00:00Z', lastTimestamp: '2026-01-15T09:00:10Z' },
    ]);
  });

  it('keeps other events apart', async () => {
    const { recorder, stored } = setUp();
    for (const name of ['a', 'b']) await recorder.record(normal(pod(name), 'Started', 'x'), 'kubelet', signal);
    await recorder.record(normal(pod('a'), 'Started', 'y'), 'kubelet', signal);

    expect(stored.size).toBe(3);
  });

  it('slows down an object that has too much to tell', async () => {
    const { recorder, clock, stored } = setUp();
    const tell = async (message: string): Promise<void> =>
      recorder.record(normal(pod('web'), 'Noise', message), 'kubelet', signal);
    for (let index = 0; index < 40; index++) await tell(String(index));
    expect(stored.size).toBe(25);

    clock.advance(300_000);
    for (let index = 0; index < 5; index++) await tell(`later ${index}`);

    expect(stored.size).toBe(26);
  });

  it('does not fail when the event cannot be written', async () => {
    const client = { create: () => Promise.reject(new Error('no')) } as unknown as KubeClient;
    const recorder = new EventRecorder({ client, clock: new VirtualClock(), logger: silentLogger });

    await expect(recorder.record(normal(pod('web'), 'A', 'b'), 'kubelet', signal)).resolves.toBeUndefined();
  });
});
