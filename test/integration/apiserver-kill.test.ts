import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import { seededRandom } from '../support/random.ts';

const CHILD = fileURLToPath(new URL('apiserver-child.ts', import.meta.url));
const ROUNDS = Number(process.env['STOA_CD_KILLS'] ?? 6);
const SEED = Number(process.env['STOA_CD_SEED'] ?? 20_251_123);

interface Told {
  readonly name: string;
  /** `null`: removed. */
  readonly turn: number | null;
  /** Acknowledged; otherwise about to be sent. */
  readonly done: boolean;
}

/** Lets the child write, kills it after so many acknowledged writes, and returns what it said in order. */
async function writeUntilKilled(directory: string, seed: number, writes: number): Promise<readonly Told[]> {
  const child = spawn(process.execPath, [CHILD, directory, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const told: Told[] = [];
  let acknowledged = 0;
  for await (const line of createInterface(child.stdout)) {
    told.push(JSON.parse(line) as Told);
    if (told.at(-1)?.done === true) acknowledged++;
    if (acknowledged === writes) child.kill('SIGKILL');
  }
  await ended;
  return told;
}

async function contents(directory: string): Promise<ReadonlyMap<string, number>> {
  await using server = await createApiServer({ name: 'killed', clock: systemClock, directory });
  const response = await server.fetch('https://in.process/api/v1/namespaces/default/configmaps');
  const list = (await response.json()) as { items: { metadata: { name: string }; data?: { turn?: string } }[] };
  const ours = list.items.filter((item) => item.metadata.name.startsWith('lane'));
  return new Map(ours.map((item) => [item.metadata.name, Number(item.data?.turn)]));
}

/** What may be there under a name: the last acknowledged write, or one after it that was under way. */
function allowed(told: readonly Told[], before: number | undefined): readonly (number | undefined)[] {
  const last = told.findLast((each) => each.done);
  const open = told.at(-1)?.done === false ? told.at(-1) : undefined;
  const kept = last === undefined ? before : (last.turn ?? undefined);
  return open === undefined ? [kept] : [kept, open.turn ?? undefined];
}

describe('a process killed while it writes', () => {
  it(`loses nothing that it said was written (${ROUNDS} kills)`, { timeout: 60_000 + ROUNDS * 10_000 }, async () => {
    const random = seededRandom(SEED);
    const directory = await mkdtemp(join(tmpdir(), 'stoa-apiserver-'));
    let before: ReadonlyMap<string, number> = new Map();
    for (let round = 1; round <= ROUNDS; round++) {
      const told = await writeUntilKilled(directory, SEED + round, 1 + Math.floor(random() * 240));
      const found = await contents(directory);
      for (const [name, of] of Map.groupBy(told, (each) => each.name))
        expect(allowed(of, before.get(name))).toContain(found.get(name));
      before = found;
    }
    expect(before.size).toBeGreaterThan(1);
    await rm(directory, { recursive: true });
  });
});
