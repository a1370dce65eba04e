import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../core/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import { Store } from '../store/store.ts';
import { MemoryFiles } from '../testing/memory-files.ts';
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
