import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { Store } from '../store/store.ts';
import { MemoryFiles } from '../testing/memory-files.ts';
import { crc32c } from './crc32c.ts';
import { LogPersistence } from './log-persistence.ts';

const LOG = 'log-00000001';

function open(files: MemoryFiles, snapshotBytes = 1_000_000): Promise<Store> {
  return Store.open({
    persistence: new LogPersistence({ files, logger: silentLogger, snapshotBytes }),
    logger: silentLogger,
  });
}

function object(name: string, value: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'd', uid: `uid-${name}` },
    data: { value },
  };
}

function write(
  store: Store,
  name: string,
  value: string | undefined,
): { readonly version: number; readonly durable: Promise<void> } {
  const location = { collection: 'configmaps', namespace: 'd', name };
  const commit = store.commit({ location, object: object(name, value ?? ''), remove: value === undefined });
  return { version: commit.entry.resourceVersion, durable: commit.durable };
}

function state(store: Store): Record<string, string> {
  const entries = [...store.collection('configmaps').entries()];
  return Object.fromEntries(entries.map((entry) => [entry.name, (entry.object()['data'] as { value: string }).value]));
}

describe('crc32c()', () => {
  it.each([
    { text: '', sum: 0 },
    { text: '123456789', sum: 0xe3069283 },
    { text: 'The quick brown fox jumps over the lazy dog', sum: 0x22620404 },
  ])('knows the sum of $text', ({ text, sum }) => {
    expect(crc32c(Buffer.from(text))).toBe(sum);
  });
});

describe('LogPersistence', () => {
  it('keeps what was acknowledged over a restart, versions included', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    await write(store, 'a', '1').durable;
    await write(store, 'b', '1').durable;
    const last = write(store, 'a', undefined);
    await last.durable;
    const again = await open(files.afterCrash(0));
    expect(state(again)).toEqual({ b: '1' });
    expect(again.resourceVersion).toBe(last.version);
    expect(write(again, 'c', '1').version).toBe(last.version + 1);
  });

  const operation = fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    value: fc.option(fc.string({ maxLength: 40 }), { nil: undefined, freq: 3 }),
    wait: fc.boolean(),
  });

  it('never loses an acknowledged write, wherever the power goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 30 }),
        fc.nat(200),
        fc.nat(400),
        async (operations, lucky, limit) => {
          const files = new MemoryFiles();
          const store = await open(files, limit);
          /** Every state that the log has gone through, and how many of them were acknowledged. */
          const states: Record<string, string>[] = [{}];
          let acknowledged = 0;
          for (const { name, value, wait } of operations) {
            const next = { ...states.at(-1) };
            if (value === undefined) Reflect.deleteProperty(next, name);
            else next[name] = value;
            const position = states.push(next) - 1;
            const durable = write(store, name, value).durable.then(() => {
              acknowledged = Math.max(acknowledged, position);
            });
            if (wait) await durable;
          }
          const [left, promised] = [files.afterCrash(lucky), acknowledged];
          const after = state(await open(left, limit));
          const found = states.findLastIndex((each) => JSON.stringify(sorted(each)) === JSON.stringify(sorted(after)));
          expect(found).toBeGreaterThanOrEqual(promised);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads a log that is cut off at any byte up to the last whole write', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    const ends: number[] = [];
    for (const value of ['1', '2', '3']) {
      await write(store, 'a', value).durable;
      ends.push(files.size(LOG));
    }
    for (let size = 0; size <= files.size(LOG); size++) {
      const whole = ends.filter((end) => end <= size).length;
      expect(state(await open(files.cut(LOG, size)))).toEqual(whole === 0 ? {} : { a: String(whole) });
    }
  });

  it('refuses a log that is damaged in the middle', async () => {
    const files = new MemoryFiles();
    const store = await open(files);
    await write(store, 'a', '1').durable;
    const end = files.size(LOG);
    await write(store, 'b', '1').durable;
    files.damage(LOG, end - 3);
    await expect(open(files)).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('replaces a log that has grown by a snapshot', async () => {
    const files = new MemoryFiles();
    const store = await open(files, 2_000);
    for (let round = 0; round < 100; round++) await write(store, `n${round % 3}`, String(round)).durable;
    await store[Symbol.asyncDispose]();
    const names = await files.list();
    expect(names.some((name) => name.startsWith('snapshot-'))).toBe(true);
    expect(names).not.toContain(LOG);
    const again = await open(files.afterCrash(0), 2_000);
    expect(state(again)).toEqual({ n0: '99', n1: '97', n2: '98' });
    expect(again.resourceVersion).toBe(store.resourceVersion);
  });

  it.each(['write', 'sync'] as const)(
    'undoes what a failing %s could not keep, and goes on when it works again',
    async (broken) => {
      const files = new MemoryFiles();
      const store = await open(files);
      await write(store, 'a', '1').durable;
      const seen: string[] = [];
      store.onEvent((event) => seen.push(`${event.type} ${event.entry.name}`));

      files.fault = (operation) => (operation === broken ? new Error('no space left on device') : undefined);
      const failing = [write(store, 'a', '2'), write(store, 'b', '1'), write(store, 'a', undefined)];
      for (const { durable } of failing) await expect(durable).rejects.toMatchObject({ status: { httpCode: 507 } });
      expect(state(store)).toEqual({ a: '1' });
      expect(() => write(store, 'a', '3')).toThrow(expect.objectContaining({ reason: 'InsufficientStorage' }));
      expect(seen).toEqual([]);

      files.fault = () => undefined;
      const goesOn = async (): Promise<void> => write(store, 'a', '4').durable;
      await expect
        .poll(
          () =>
            goesOn().then(
              () => 'kept',
              () => 'refused',
            ),
          { interval: 1 },
        )
        .toBe('kept');
      expect(state(await open(files.afterCrash(0)))).toEqual({ a: '4' });
    },
  );
});

function sorted(value: Record<string, string>): [string, string][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
