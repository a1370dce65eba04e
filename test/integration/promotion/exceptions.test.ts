import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecords, verifyRepository } from '../../../src/evidence/index.ts';
import { approve, breakGlass, deploy, freeze, promote, review, unfreeze } from '../../../src/promotion/index.ts';
import { PromotionWorld, delivery, digestOf } from '../../support/promotion-world.ts';

let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.create({
    environment: (one) =>
      one.name === 'prod'
        ? { ...one, breakGlass: { groups: ['deployers'], validFor: '1h' }, gates: ['load-test'] }
        : one,
  });
});
afterAll(() => world[Symbol.asyncDispose]());

const as = (who: string) => [world.verbs(who), world.actor(who)] as const;

async function nameOf(iid: number): Promise<string> {
  await world.settle();
  return (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
}

describe('a freeze', () => {
  it('is made and ended by those with a say, with a reason', async () => {
    await expect(freeze(...as('alice'), { environment: 'dev', reason: 'audit' })).rejects.toThrow(/only those who/);
    await expect(freeze(...as('bob'), { environment: 'none', reason: 'audit' })).rejects.toThrow(/no environment none/);
    await expect(freeze(...as('bob'), { environment: 'dev', reason: 'x', lasts: 'soon' })).rejects.toThrow(
      /such as 12h/,
    );
    await freeze(...as('bob'), { environment: 'dev', reason: 'audit' });
    const name = await world.release('web', '1.1.0', 'a');
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Waiting', message: 'Frozen by bob: audit' });
    await unfreeze(...as('bob'), { environment: 'dev' });
    await expect(unfreeze(...as('bob'), { environment: 'dev' })).rejects.toThrow(/dev is not frozen/);
    await world.settle();
    expect((await world.promotion(name)).status?.phase).toBe('Deployed');
  });

  it('that begins after the merge keeps the environment as it is, until its time is over', async () => {
    const { iid } = await promote(...as('alice'), { service: 'web', environment: 'staging' });
    await approve(...as('bob'), await nameOf(iid));
    await nameOf(iid);
    const promoted = await promote(...as('alice'), { service: 'web', environment: 'prod' });
    const name = await nameOf(promoted.iid);
    await approve(...as('carol'), name);
    await world.settle();
    expect((await world.promotion(name)).status?.message).toBe('Nobody has said how load-test stands');
    await world.hub.create(
      delivery('Gate', 'load-test', { environment: 'prod', state: 'passed', reason: '900 req/s' }),
    );
    await world.settle();
    await freeze(...as('carol'), { environment: 'prod', service: 'web', reason: 'month end', lasts: '2h' });
    await deploy(...as('carol'), name);
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({
      phase: 'AwaitingDeploy',
      message: expect.stringMatching(/^Not deployed: Frozen by carol until .*: month end/) as string,
    });
    expect(await world.runs('prod', 'web')).toBe('0');
    world.clock.advance(2 * 3_600_000);
    await world.settle();
    expect((await world.promotion(name)).status?.phase).toBe('Deployed');
    expect(await world.runs('prod', 'web')).toBe('a');
  });
});

describe('a broken glass', () => {
  let broken: string;

  it('brings one release on top of what runs there, and nothing else', async () => {
    await world.push('alice', 'base/web.yaml', (text) => text.replace('replicas: 2', 'replicas: 9'));
    await freeze(...as('carol'), { environment: 'prod', reason: 'audit' });
    await world.release('web', '1.1.1', 'b');
    await world.settle();
    const request = { service: 'web', environment: 'prod', release: `web-${'b'.repeat(12)}`, reason: 'outage' };
    await expect(breakGlass(...as('dora'), request)).rejects.toThrow(/only deployers may/);
    await expect(breakGlass(...as('carol'), { ...request, environment: 'staging' })).rejects.toThrow(/it has none/);
    broken = await nameOf((await breakGlass(...as('carol'), request)).iid);

    expect((await world.promotion(broken)).status).toMatchObject({ phase: 'Deployed' });
    expect(await world.runs('prod', 'web')).toBe('b');
    expect(await world.mirror.file('approved/prod', 'base/web.yaml')).toContain('replicas: 2');
    expect(await world.mirror.file('main', 'envs/prod/kustomization.yaml')).toContain(digestOf('b'));
    await unfreeze(...as('carol'), { environment: 'prod' });
  });

  it('waits for a review by somebody else', async () => {
    const comment = 'It was right';
    await expect(review(...as('carol'), { promotion: broken, comment })).rejects.toThrow(/somebody else must review/);
    await expect(review(...as('alice'), { promotion: broken, comment })).rejects.toThrow(/only approvers may/);
    await review(...as('dora'), { promotion: broken, comment });
    await expect(review(...as('dora'), { promotion: broken, comment })).rejects.toThrow(/dora has reviewed/);
    expect((await world.promotion(broken)).spec.review).toMatchObject({ by: 'dora', comment });
  });

  it('cannot bring what has failed', async () => {
    world.bad.add(digestOf('c'));
    await world.release('web', '1.1.2', 'c');
    await world.settle();
    const request = { service: 'web', environment: 'prod', release: `web-${'c'.repeat(12)}`, reason: 'outage' };
    const name = await nameOf((await breakGlass(...as('carol'), request)).iid);
    expect((await world.promotion(name)).status?.message).toMatch(/is in quarantine/);
    expect(await world.runs('prod', 'web')).toBe('b');
  });
});

describe('the ledger', () => {
  it('has it all, once, in the order that it happened', async () => {
    expect(await verifyRepository(world.mirror, { publicKeys: [world.publicKey] })).toMatchObject({ ok: true });
    const records = await readRecords(world.mirror);
    const told = records.map(({ id, predicateType }) => `${predicateType.split('/').at(-2) ?? ''} ${id}`);
    expect(new Set(told).size).toBe(told.length);
    const kinds = records.map(({ predicateType }) => predicateType.split('/').at(-2) ?? '');
    const counts = Object.fromEntries(
      [...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length]),
    );
    expect(counts).toMatchObject({
      ...{ approval: 2, 'deploy-request': 1, freeze: 5, 'break-glass': 3, quarantine: 1, rollback: 1 },
    });
    const uid = (await world.promotions()).find(({ spec }) => spec.environment === 'prod')?.metadata.uid ?? '';
    const story = told.filter((line) => line.includes(uid)).map((line) => line.split(' ')[0]);
    expect(story).toEqual(['merge-request', 'approval', 'merge', 'deploy-request', 'deployment']);
  });
});
