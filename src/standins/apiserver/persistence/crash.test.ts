import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, silentLogger } from '../../../core/index.ts';
import { Store } from '../store/store.ts';
import { MemoryFiles } from '../testing/memory-files.ts';
import { LogPersistence } from './log-persistence.ts';

/** More runs than fit into a test's time: set STOA_CD_RUNS. */
const RUNS = Number(process.env['STOA_CD_RUNS'] ?? 1_000);
const POWER_LOSS = new Error('the power is gone');

type Contents = Readonly<Record<string, string>>;

interface Operation {
  readonly name: string;
  /** Absent: the object is removed. */
  readonly value: string | undefined;
  /** The writer waits for the acknowledgement before the next operation. */
  readonly wait: boolean;
}

interface Life {
  readonly operations: readonly Operation[];
  /** How many operations on files the machine lives for. */
  readonly until: number;
  /** Bytes of what was not yet synced that the disk keeps all the same: every one when only the process is killed. */
  readonly lucky: number;
}

function open(files: MemoryFiles, snapshotBytes: number): Promise<Store> {
  const persistence = new LogPersistence({ files, logger: silentLogger, snapshotBytes });
  return Store.open({ persistence, logger: silentLogger });
}

function contentsOf(store: Store): Contents {
  const entries = [...store.collection('configmaps').entries()];
  return Object.fromEntries(entries.map((entry) => [entry.name, String(entry.object()['value'])]));
}

function write(store: Store, { name, value }: Operation): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, uid: name }, value: value ?? '' };
  const location = { collection: 'configmaps', namespace: 'd', name };
  return store.commit({ location, object, remove: value === undefined }).durable;
}

interface Outcome {
  /** What the disk holds. */
  readonly files: MemoryFiles;
  /** Every state that was reached in turn; the power may have gone after any from `acknowledged` on. */
  readonly states: readonly Contents[];
  readonly acknowledged: number;
}

/** Lives until the power goes, wherever that is: in a write, before a sync, between renaming and removing. */
async function live(
  before: MemoryFiles,
  start: Contents,
  { operations, until, lucky, limit }: Life & { limit: number },
): Promise<Outcome> {
  let left = until;
  before.fault = () => (left-- > 0 ? undefined : POWER_LOSS);
  const states: Contents[] = [start];
  let acknowledged = 0;
  const acknowledge = (position: number): void => {
    if (left >= 0) acknowledged = Math.max(acknowledged, position);
  };
  try {
    const store = await open(before, limit);
    for (const operation of operations) {
      const { [operation.name]: _gone, ...others } = states.at(-1) ?? {};
      const { name, value } = operation;
      const durable = write(store, operation);
      const position = states.push(value === undefined ? others : { ...others, [name]: value }) - 1;
      const told = durable.then(() => acknowledge(position));
      if (operation.wait) await told;
      else told.catch(() => undefined);
    }
    await store[Symbol.asyncDispose]();
  } catch {
    // without power every call fails
  }
  return { files: before.afterCrash(lucky), states, acknowledged };
}

const operation: fc.Arbitrary<Operation> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  value: fc.option(fc.string({ maxLength: 40 }), { nil: undefined, freq: 3 }),
  wait: fc.boolean(),
});

const life: fc.Arbitrary<Life> = fc.record({
  operations: fc.array(operation, { maxLength: 25 }),
  until: fc.nat(120),
  lucky: fc.oneof(fc.nat(300), fc.constant(Number.MAX_SAFE_INTEGER)),
});

describe('the store under power loss and kills', () => {
  it(`keeps every acknowledged write through several lives (${RUNS} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 150, max: 2_000 }),
        async (lives, limit) => {
          let files = new MemoryFiles();
          let contents: Contents = {};
          for (const each of lives) {
            const outcome = await live(files, contents, { ...each, limit });
            const found = contentsOf(await open(outcome.files.afterCrash(0), limit));
            const allowed = outcome.states.slice(outcome.acknowledged).map(canonicalJson);
            expect(allowed).toContain(canonicalJson(found));
            files = outcome.files;
            contents = found;
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 600_000);
});
