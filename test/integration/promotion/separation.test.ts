import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, bumpImages, deploy, promote } from '../../../src/promotion/index.ts';
import { describeProposal, readProposal } from '../../../src/promotion/proposal.ts';
import type { Proposal } from '../../../src/promotion/proposal.ts';
import type { GateStatus, Promotion } from '../../../src/promotion/index.ts';
import { PromotionWorld, digestOf } from '../../support/promotion-world.ts';

/** One world for all: each test brings a release of its own. */
let world: PromotionWorld;
beforeAll(async () => {
  world = await PromotionWorld.create({
    environment: (one) =>
      one.name === 'prod' ? { ...one, approvals: { quorum: 2, groups: ['approvers', 'reviewers'] } } : one,
  });
});
afterAll(() => world[Symbol.asyncDispose]());

let count = 0;
function nextLetter(): string {
  return '123456789abcdef'[count++] ?? '';
}

function gate({ status }: Promotion, name: string): GateStatus | undefined {
  return status?.gates.find((one) => one.name === name);
}

/** A release by alice that runs in staging. @returns the digest's letter */
async function inStaging(): Promise<string> {
  const letter = nextLetter();
  await world.release('web', `1.${count}.0`, letter);
  await world.settle();
  const name = await proposed('staging', 'alice');
  await approve(world.verbs('bob'), world.actor('bob'), name);
  await world.settle();
  expect(await world.runs('staging', 'web')).toBe(letter);
  return letter;
}

async function proposed(environment: string, who: string): Promise<string> {
  const { iid } = await promote(world.verbs(who), world.actor(who), { service: 'web', environment });
  await world.settle();
  return nameOf(iid);
}

async function nameOf(iid: number): Promise<string> {
  return (await world.promotions()).find(({ spec }) => spec.mergeRequest.iid === iid)?.metadata.name ?? '';
}

/** Changes what the description of a merge request says, as somebody with every right on the forge. */
async function edit(name: string, change: (proposal: Proposal) => Proposal): Promise<void> {
  const { iid } = (await world.promotion(name)).spec.mergeRequest;
  const forge = world.forgeAs('stoa-cd');
  const proposal = readProposal((await forge.mergeRequest(iid)).description);
  if (proposal === undefined) throw new Error(`Merge request ${iid} says nothing`);
  await forge.edit(iid, { description: describeProposal(change(proposal)) });
  await world.settle();
}

async function approveOnForge(who: string, name: string): Promise<void> {
  const { spec } = await world.promotion(name);
  const forge = world.forgeAs(who);
  const { sha } = await forge.mergeRequest(spec.mergeRequest.iid);
  await forge.approve(spec.mergeRequest.iid, sha).catch(() => undefined); // Where the forge refuses it, all the better.
  await world.settle();
}

describe('a release', () => {
  it('goes from environment to environment with its digest, by people who are not behind it', async () => {
    const letter = await inStaging();
    const name = await proposed('prod', 'alice');
    await approve(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect(gate(await world.promotion(name), 'approval')).toMatchObject({ state: 'pending' });
    await approve(world.verbs('dora'), world.actor('dora'), name);
    await world.settle();
    expect((await world.promotion(name)).status?.phase).toBe('AwaitingDeploy');
    expect(await world.runs('prod', 'web')).not.toBe(letter);
    await deploy(world.verbs('carol'), world.actor('carol'), name);
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({ phase: 'Deployed', approvers: ['carol', 'dora'] });
    expect(await world.runs('prod', 'web')).toBe(letter);
  });

  it.each(['alice', 'erin', 'stoa-cd'])('is not let through by %s, whatever the forge lets them do', async (who) => {
    await inStaging();
    const name = await proposed('prod', 'alice');
    await approveOnForge(who, name);
    await approveOnForge('carol', name);
    const promotion = await world.promotion(name);
    expect(gate(promotion, 'approval')).toMatchObject({ state: 'pending' });
    expect(promotion.status?.approvers).toEqual(['carol']);
  });

  it('needs another approval when somebody was taken out of the group', async () => {
    await inStaging();
    const name = await proposed('prod', 'alice');
    await approveOnForge('carol', name);
    world.groups.set('carol', ['developers']);
    await approveOnForge('dora', name);
    world.groups.set('carol', ['approvers', 'deployers']);
    expect((await world.promotion(name)).status?.approvers).toEqual(['dora']);
  });

  it('needs another approval after a push to its branch, which must say the same', async () => {
    await inStaging();
    const name = await proposed('prod', 'alice');
    await approveOnForge('carol', name);
    const { spec } = await world.promotion(name);
    const { sourceBranch } = await world.forgeAs('carol').mergeRequest(spec.mergeRequest.iid);
    const other = (text: string): string =>
      text.replace(/(name: web\n.*\n.*\n\s+digest: sha256:).*/, `$1${'9'.repeat(64)}`);
    await world.push('bob', { path: 'envs/prod/kustomization.yaml', branch: sourceBranch }, other);
    await world.settle();
    const promotion = await world.promotion(name);
    expect(promotion.status?.approvers).toEqual([]);
    expect(gate(promotion, 'content')).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/exactly the images of the release/) as string,
    });
  });

  it('is refused when its description was edited to name another digest', async () => {
    await inStaging();
    const name = await proposed('prod', 'alice');
    await edit(name, (proposal) => ({
      ...proposal,
      images: proposal.images.map((image) => ({ ...image, digest: digestOf('0') })),
    }));
    expect(gate(await world.promotion(name), 'content')).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/is a release of other images$/) as string,
    });
  });

  it('is over when its description was edited to be about something else', async () => {
    await inStaging();
    const name = await proposed('prod', 'alice');
    await edit(name, (proposal) => ({ ...proposal, environment: 'staging' }));
    expect((await world.promotion(name)).status).toMatchObject({
      phase: 'Refused',
      message: expect.stringMatching(/was edited/) as string,
    });
  });

  it('does not reach production by a merge request made by hand that skips staging', async () => {
    const letter = nextLetter();
    const dev = await world.release('web', `2.${count}.0`, letter);
    await world.settle();
    const { spec } = await world.promotion(dev);
    const { description } = await world.forgeAs('ci').mergeRequest(spec.mergeRequest.iid);
    const proposal = readProposal(description);
    await world.mirror.moveRef('refs/heads/by-hand', { after: (await world.mirror.resolve('main')) ?? '' });
    const bump = (text: string): string => bumpImages(text, proposal?.images ?? []);
    await world.push('alice', { path: 'envs/prod/kustomization.yaml', branch: 'by-hand' }, bump);
    const forged = describeProposal({ ...proposal, environment: 'prod', requestedBy: 'bob' } as Proposal);
    const opened = await world.forgeAs('alice').open({
      ...{ title: 'Straight to production', description: forged, sourceBranch: 'by-hand', targetBranch: 'main' },
    });
    await world.settle();
    const name = await nameOf(opened.iid);
    for (const who of ['carol', 'dora']) await approveOnForge(who, name);
    const judged = await world.promotion(name);
    expect(judged.status?.approvers).toEqual(['carol', 'dora']);
    expect(gate(judged, 'previous-environment')).toMatchObject({ state: 'pending' });
    expect(judged.status?.phase).toBe('Waiting');
    expect(await world.runs('prod', 'web')).not.toBe(letter);
    await world.forgeAs('alice').close(opened.iid);
  });

  it('of two that race, goes in with the newer one, and the older one says why it does not', async () => {
    await inStaging();
    const first = await proposed('prod', 'alice');
    await inStaging();
    const second = await proposed('prod', 'alice');
    expect((await world.promotion(first)).status).toMatchObject({
      phase: 'Superseded',
      message: expect.stringMatching(/newer release/) as string,
    });
    expect((await world.promotion(second)).status?.phase).toBe('Waiting');
  });
});

describe('a push past every merge request', () => {
  it('to the branch that production follows is refused by the forge', async () => {
    const same = (text: string): string => `${text}\n`;
    const push = world.push('carol', { path: 'envs/prod/kustomization.yaml', branch: 'approved/prod' }, same);
    await expect(push).rejects.toThrow(/rejected|protected/);
  });

  it('to main changes nothing in production, and is named when a release would bring it along', async () => {
    const before = await world.mirror.resolve('approved/prod');
    await world.push('alice', 'envs/prod/kustomization.yaml', (text) => `${text}namePrefix: x-\n`);
    await world.settle();
    await world.mirror.fetch();
    expect(await world.mirror.resolve('approved/prod')).toBe(before);
    await inStaging();
    const name = await proposed('prod', 'alice');
    await approveOnForge('carol', name);
    await approveOnForge('dora', name);
    expect((await world.promotion(name)).status?.message).toMatch(
      /^Not deployed: it also changes .*envs\/prod\/kustomization\.yaml \(commit [0-9a-f]{12} by alice\)/,
    );
  });

  it('is not deployed when it was merged by hand with a gate open', async () => {
    await inStaging();
    const before = await world.runs('prod', 'web');
    const name = await proposed('prod', 'alice');
    const { spec, status } = await world.promotion(name);
    await world.forgeAs('stoa-cd').merge(spec.mergeRequest.iid, { sha: status?.sha ?? '' });
    await world.settle();
    expect((await world.promotion(name)).status).toMatchObject({
      phase: 'Refused',
      message: expect.stringMatching(/^It was merged although a gate was open: Needs 2/) as string,
    });
    expect(await world.runs('prod', 'web')).toBe(before);
  });
});
