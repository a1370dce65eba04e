import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecords, verifyRepository } from '../../../src/evidence/index.ts';
import { approve, deploy, promote } from '../../../src/promotion/index.ts';
import type { Promotion, PromotionPorts } from '../../../src/promotion/index.ts';
import { PromotionWorld } from '../../support/promotion-world.ts';
import { seededRandom } from '../../support/random.ts';

/** How many moments of the way to production the program is killed at, ten at most; other seeds choose other moments. */
const KILLS = Math.min(Number(process.env['STOA_CD_RUNS'] ?? 4), 10);
const SEED = Number(process.env['STOA_CD_SEED'] ?? 1);

class Killed extends Error {}

/** Ends the program at one of its calls to the world outside: before the call, or when it was done and not yet heard of. */
class Killer {
  calls = 0;
  at = Infinity;
  late = false;
  /** Parts that answer nothing. */
  readonly down = new Set<string>();

  wrap<T extends object>(part: string, target: T): T {
    return new Proxy(target, {
      get: (object, property) => {
        const value: unknown = Reflect.get(object, property, object);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => this.#call(part, () => Reflect.apply(value, object, args) as unknown);
      },
    });
  }

  #call(part: string, run: () => unknown): unknown {
    if (this.down.has(part)) throw new Killed(`${part} is down`);
    const now = ++this.calls === this.at;
    if (now && !this.late) throw new Killed(`killed before call ${this.at}, to ${part}`);
    const result = run();
    if (!now) return result;
    return Promise.resolve(result).then(() => {
      throw new Killed(`killed after call ${this.at}, to ${part}`);
    });
  }
}

const killer = new Killer();
let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.create({
    wrap: (ports: PromotionPorts) => ({
      ...ports,
      hub: killer.wrap('hub', ports.hub),
      forge: killer.wrap('forge', ports.forge),
      mirror: killer.wrap('mirror', ports.mirror),
      ledger: killer.wrap('ledger', ports.ledger),
    }),
  });
});
afterAll(() => world[Symbol.asyncDispose]());

async function settle(): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    try {
      await world.settle(20);
      return;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      world.restart();
    }
  }
  throw new Error('It does not settle');
}

async function proposed(environment: string): Promise<string> {
  const { iid } = await promote(world.verbs('alice'), world.actor('alice'), { service: 'web', environment });
  await settle();
  return (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
}

async function approved(name: string, who: string): Promise<void> {
  await approve(world.verbs(who), world.actor(who), name);
  await settle();
}

/** A release from commit to production, by everybody's hands. */
async function allTheWay(letter: string): Promise<void> {
  await world.release('web', `1.${letter}.0`, letter);
  await settle();
  await approved(await proposed('staging'), 'bob');
  const name = await proposed('prod');
  await approved(name, 'carol');
  await deploy(world.verbs('carol'), world.actor('carol'), name);
  await settle();
}

function ofRelease(promotions: readonly Promotion[], letter: string): readonly string[] {
  return promotions
    .filter(({ spec }) => spec.release === `web-${letter.repeat(12)}`)
    .map(({ spec, status }) => `${spec.environment} ${status?.phase ?? ''}`)
    .sort();
}

async function expectArrived(letter: string): Promise<void> {
  expect(ofRelease(await world.promotions(), letter)).toEqual(['dev Deployed', 'prod Deployed', 'staging Deployed']);
  expect(await world.runs('prod', 'web')).toBe(letter);
  const records = await readRecords(world.mirror);
  const ids = records.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const release = `web-${letter.repeat(12)}`;
  const kinds = records
    .filter(({ predicate }) => predicate['release'] === release)
    .map(
      ({ predicateType, predicate }) =>
        `${predicateType.split('/').at(-2) ?? ''} ${JSON.stringify(predicate['environment'])}`,
    );
  expect(kinds.filter((kind) => kind.startsWith('deployment')).sort()).toEqual([
    ...['deployment "dev"', 'deployment "prod"', 'deployment "staging"'],
  ]);
  expect(kinds.filter((kind) => /^(approval|merge|deploy-request) "prod"$/.test(kind)).sort()).toEqual([
    ...['approval "prod"', 'deploy-request "prod"', 'merge "prod"'],
  ]);
  expect(await verifyRepository(world.mirror, { publicKeys: [world.publicKey] })).toMatchObject({ ok: true });
}

describe('a release', () => {
  it(`arrives once, with its records, wherever the program is killed (${KILLS} times)`, async () => {
    killer.calls = 0;
    await allTheWay('1');
    await expectArrived('1');
    const length = killer.calls;
    expect(length).toBeGreaterThan(50);
    const random = seededRandom(SEED);
    for (let kill = 0; kill < KILLS; kill++) {
      const letter = '23456789ab'[kill] ?? '';
      killer.calls = 0;
      // Evenly spread, so that every part of the way is met with the fewest kills.
      killer.at = Math.ceil(((kill + random()) * length) / KILLS);
      killer.late = random() < 0.5;
      await allTheWay(letter);
      killer.at = Infinity;
      await expectArrived(letter);
    }
  }, 600_000);

  it.each(['forge', 'hub', 'mirror', 'ledger'])('waits while the %s is down, and goes on by itself', async (part) => {
    const letter = { forge: 'e', hub: 'f', mirror: '0', ledger: 'd' }[part] ?? '';
    const before = await world.runs('dev', 'web');
    await world.release('web', `2.${letter}.0`, letter);
    killer.down.add(part);
    await expect(world.settle()).rejects.toThrow(`${part} is down`);
    await expect(world.settle()).rejects.toThrow(`${part} is down`);
    expect((await world.runs('dev', 'web')) === letter && part !== 'ledger').toBe(false);
    killer.down.clear();
    await settle();
    expect(before).not.toBe(letter);
    expect(await world.runs('dev', 'web')).toBe(letter);
    expect(await verifyRepository(world.mirror, { publicKeys: [world.publicKey] })).toMatchObject({ ok: true });
  });
});
