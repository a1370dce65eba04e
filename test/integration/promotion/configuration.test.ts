import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, deploy, liftQuarantine, promote, release, rollback } from '../../../src/promotion/index.ts';
import type { Promotion } from '../../../src/promotion/index.ts';
import { PromotionWorld, digestOf } from '../../support/promotion-world.ts';

let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.create();
});
afterAll(() => world[Symbol.asyncDispose]());

async function proposed(environment: string, service = 'web'): Promise<string> {
  const { iid } = await promote(world.verbs('alice'), world.actor('alice'), { service, environment });
  await world.settle();
  return (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
}

async function approved(name: string, who: string): Promise<Promotion> {
  await approve(world.verbs(who), world.actor(who), name);
  await world.settle();
  return world.promotion(name);
}

async function toStaging(letter: string, tag: string): Promise<void> {
  await world.release('web', tag, letter);
  await world.settle();
  await approved(await proposed('staging'), 'bob');
}

async function intoProd(): Promise<Promotion> {
  const name = await proposed('prod');
  await approved(name, 'carol');
  await deploy(world.verbs('carol'), world.actor('carol'), name);
  await world.settle();
  return world.promotion(name);
}

async function fileIn(environment: string, path: string): Promise<string> {
  await world.mirror.fetch();
  return (await world.mirror.file(`approved/${environment}`, path)) ?? '';
}

const replicas =
  (count: number) =>
  (text: string): string =>
    text.replace(/replicas: \d+/, `replicas: ${count}`);

describe('a change of configuration', () => {
  it('reaches production only by promotion, proven by staging and approved by somebody who did not write it', async () => {
    await toStaging('a', '1.1.0');
    await intoProd();
    await world.push('alice', 'base/web.yaml', replicas(3));
    await world.settle();
    expect(await fileIn('prod', 'base/web.yaml')).toContain('replicas: 2');

    const early = await proposed('prod');
    expect((await world.promotion(early)).status?.message).toMatch(
      /staging does not run base\/web\.yaml as main has it/,
    );
    expect((await approved(await proposed('staging'), 'bob')).status?.phase).toBe('Deployed');
    expect(await fileIn('staging', 'base/web.yaml')).toContain('replicas: 3');
    await world.settle();

    expect((await approved(early, 'carol')).status?.phase).toBe('AwaitingDeploy');
    await deploy(world.verbs('carol'), world.actor('carol'), early);
    await world.settle();
    expect((await world.promotion(early)).status?.phase).toBe('Deployed');
    expect(await fileIn('prod', 'base/web.yaml')).toContain('replicas: 3');
    await expect(proposed('prod')).rejects.toThrow(/has web-a{12} and its configuration already/);
  });

  it('of production alone is shown, and not approved by who wrote it', async () => {
    await world.push('carol', 'envs/prod/kustomization.yaml', (text) => `${text}commonAnnotations:\n  tier: gold\n`);
    const name = await proposed('prod');
    const { spec } = await world.promotion(name);
    const notes = await world.forgeAs('bob').notes(spec.mergeRequest.iid);
    expect(notes[0]?.body).toMatch(/Deployment jobs.*metadata\.annotations/);
    expect((await approved(name, 'carol')).status).toMatchObject({ phase: 'Waiting', approvers: [] });
    expect((await approved(name, 'dora')).status).toMatchObject({ phase: 'AwaitingDeploy', approvers: ['dora'] });
    await deploy(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect(await fileIn('prod', 'envs/prod/kustomization.yaml')).toContain('tier: gold');
  });

  it('that has changed again is another one', async () => {
    await world.push('alice', 'envs/prod/kustomization.yaml', (text) => text.replace('gold', 'silver'));
    const name = await proposed('prod');
    await world.push('alice', 'envs/prod/kustomization.yaml', (text) => text.replace('silver', 'bronze'));
    const judged = await approved(name, 'carol');
    expect(judged.status?.message).toMatch(/kustomization\.yaml has changed on main since: promote again/);
    expect(await fileIn('prod', 'envs/prod/kustomization.yaml')).toContain('tier: gold');
  });

  it('brings no image that was not released', async () => {
    const smuggled = (text: string): string => text.replace(/(name: web\n.*\n.*\n\s+digest: ).*/, `$1${digestOf('f')}`);
    await world.push('alice', 'envs/prod/kustomization.yaml', smuggled);
    const done = await approved(await proposed('prod'), 'carol');
    expect(done.status?.message).toMatch(/^Not deployed: it also changes .*Deployment web/);
    expect(await world.runs('prod', 'web')).toBe('a');
    // Main says again what production runs: otherwise it stands in the way of everything that follows.
    await world.push('alice', 'envs/prod/kustomization.yaml', (text) => text.replace(digestOf('f'), digestOf('a')));
    const name = await proposed('prod');
    await approved(name, 'carol');
    await deploy(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect(await fileIn('prod', 'envs/prod/kustomization.yaml')).toContain('tier: bronze');
  });
});

describe('a release that fails', () => {
  it('takes back what came along with it, and its image is given to no environment again', async () => {
    world.bad.add(digestOf('b'));
    await world.push('alice', 'base/web.yaml', replicas(5));
    await world.release('web', '1.2.0', 'b');
    await world.settle();

    const failed = (await world.promotions()).filter(({ spec }) => spec.release === `web-${'b'.repeat(12)}`);
    expect(failed.map(({ status }) => status?.phase)).toEqual(['Failed']);
    expect(await world.runs('dev', 'web')).toBe('a');
    const again = await world.release('web', '1.2.1', 'b');
    await world.settle();
    expect((await world.promotion(again)).status).toMatchObject({
      phase: 'Waiting',
      message: expect.stringMatching(/^sha256:bbbbbbbbbbbb is in quarantine: web failed in dev: It crashes/) as string,
    });
  });

  it('is let in again only when somebody with a say lifts the quarantine, with a reason', async () => {
    const lift = (who: string) =>
      liftQuarantine(world.verbs(who), world.actor(who), { digest: 'sha256:bbbb', reason: 'The node was broken' });
    await expect(lift('alice')).rejects.toThrow(/only those who approve or deploy may/);
    world.bad.clear();
    await lift('bob');
    await world.settle();
    expect(await world.runs('dev', 'web')).toBe('b');
    await expect(lift('bob')).rejects.toThrow(/is not in it/);
  });

  it('in staging gets back the configuration that staging had', async () => {
    const before = await world.mirror.resolve('approved/staging');
    await world.push('alice', 'base/web.yaml', replicas(7));
    await world.release('web', '1.3.0', 'c');
    await world.settle();
    world.bad.add(digestOf('c'));
    // In dev it was found healthy; in staging it is not.
    const done = await approved(await proposed('staging'), 'bob');
    expect(done.status).toMatchObject({ phase: 'Failed', previousCommit: before });
    await world.settle();
    expect(await world.runs('staging', 'web')).toBe('a');
    expect(await fileIn('staging', 'base/web.yaml')).toContain('replicas: 3');
    const [back] = (await world.promotions()).filter(({ spec }) => spec.rollbackOf === done.metadata.name);
    expect(back).toMatchObject({ spec: { configuration: { commit: before } }, status: { phase: 'Deployed' } });
  });

  it('is rolled back by nobody without a say, and to nothing else than what ran before', async () => {
    const target = { service: 'web', environment: 'prod' };
    await expect(rollback(world.verbs('alice'), world.actor('alice'), target)).rejects.toThrow(
      /only those who approve/,
    );
    const { iid } = await rollback(world.verbs('carol'), world.actor('carol'), target);
    await world.settle();
    const [done] = (await world.promotions()).filter(({ spec }) => spec.mergeRequest.iid === iid);
    expect(done?.status?.phase).toBe('Deployed');
    expect(await fileIn('prod', 'envs/prod/kustomization.yaml')).toContain('tier: gold');
  });
});

describe('a release of a digest by two names', () => {
  it('is one release', async () => {
    const ports = { mirror: world.mirror, forge: world.forgeAs('ci'), clock: world.clock };
    const source = { repository: 'r', commit: 'c'.repeat(40), author: 'alice', committedAt: '2026-01-01T00:00:00Z' };
    const images = [`registry.test/stoa/jobs:1@${digestOf('d')}`];
    const first = await release(ports, { service: 'jobs', images, source, requestedBy: 'alice' });
    const second = await release(ports, { service: 'jobs', images, source, requestedBy: 'alice' });
    expect(second.iid).toBe(first.iid);
  });
});
