import { afterEach, describe, expect, it } from 'vitest';
import { approve, deploy, promote } from '../../../src/promotion/index.ts';
import { PromotionWorld } from '../../support/promotion-world.ts';

let world: PromotionWorld;
afterEach(() => world[Symbol.asyncDispose]());

async function toStaging(letter: string, tag: string): Promise<void> {
  await world.release('web', tag, letter);
  await world.settle();
  const { iid } = await promote(world.verbs('alice'), world.actor('alice'), { service: 'web', environment: 'staging' });
  await world.settle();
  const { sha } = await world.forgeAs('bob').mergeRequest(iid);
  await world.forgeAs('bob').approve(iid, sha);
  await world.settle();
}

describe('a release', () => {
  it('goes from environment to environment with its digest', async () => {
    world = await PromotionWorld.create();
    await toStaging('a', '1.1.0');
    expect(await world.runs('staging', 'web')).toBe('a');
    const opened = await promote(world.verbs('alice'), world.actor('alice'), { service: 'web', environment: 'prod' });
    await world.settle();
    const waiting = (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === opened.iid);
    const name = waiting?.metadata.name ?? '';
    await approve(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect((await world.promotion(name)).status?.phase).toBe('AwaitingDeploy');
    await deploy(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Deployed' });
    expect(await world.runs('prod', 'web')).toBe('a');
  });
});
