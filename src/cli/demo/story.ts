import { RefusedError } from '../../core/index.ts';
import type { ReleaseImage } from '../../promotion/index.ts';
import type { Progress } from '../terminal/progress.ts';
import type { SourceCommit, Stage } from './stage.ts';

export interface StoryResult {
  readonly service: string;
  /** Released to production. */
  readonly version: string;
  /** Released to dev and taken back. */
  readonly badVersion: string;
  /** From the edit in the cluster to its correction. */
  readonly healedMs: number;
}

const SERVICE = 'stoa-gateway';

/** A release from a commit to production, an edit past Git, and a bad release: the steps of ADR-007, one after the other. */
export async function tellStory(stage: Stage, progress: Progress): Promise<StoryResult> {
  const minor = (await stage.releases()) + 1;
  const version = `1.${minor}.0`;
  const badVersion = `1.${minor + 1}.0-broken`;
  const image = await bring(stage, progress, version);
  await progress.step('dev runs it', async (tell) => {
    await stage.promotion({ service: SERVICE, environment: 'dev', phase: 'Deployed', digest: image.digest, tell });
  });
  await toStaging(stage, progress, image);
  await toProduction(stage, progress, image);
  const healedMs = await progress.step('somebody edits the Deployment in prod; it is put right', () =>
    stage.drift('prod', SERVICE),
  );
  await progress.step('somebody gives prod an image that nobody released; it is refused', () =>
    expectRefusal(() => stage.smuggle('prod', SERVICE)),
  );
  await takeBack(stage, progress, badVersion);
  return { service: SERVICE, version, badVersion, healedMs };
}

/** Commit, build, release. */
async function bring(stage: Stage, progress: Progress, version: string): Promise<ReleaseImage> {
  const commit = await progress.step(`alice commits ${SERVICE} ${version}`, () =>
    stage.commit(SERVICE, version, 'alice'),
  );
  const image = await progress.step('CI builds and pushes the image', () => stage.build(SERVICE, version, commit));
  await progress.step('CI opens the merge request for dev', () => announce(stage, image, commit));
  return image;
}

async function announce(stage: Stage, image: ReleaseImage, commit: SourceCommit): Promise<void> {
  await stage.release(SERVICE, image, commit);
}

async function toStaging(stage: Stage, progress: Progress, { digest }: ReleaseImage): Promise<void> {
  const staging = { service: SERVICE, environment: 'staging', digest };
  const promotion = await progress.step('alice promotes it to staging', async (tell) => {
    await stage.promote('alice', SERVICE, 'staging');
    return stage.promotion({ ...staging, phase: 'Waiting', tell });
  });
  await progress.step('alice may not approve her own change', () =>
    expectRefusal(() => stage.decide('alice', 'approve', promotion)),
  );
  await progress.step('bob approves; staging runs it and its smoke test passes', async (tell) => {
    await stage.decide('bob', 'approve', promotion);
    await stage.promotion({ ...staging, phase: 'Deployed', tell });
  });
}

async function toProduction(stage: Stage, progress: Progress, { digest }: ReleaseImage): Promise<void> {
  const prod = { service: SERVICE, environment: 'prod', digest };
  const promotion = await progress.step('alice promotes it to prod', async (tell) => {
    await stage.promote('alice', SERVICE, 'prod');
    return stage.promotion({ ...prod, phase: 'Waiting', tell });
  });
  await progress.step('carol approves', async (tell) => {
    await stage.decide('carol', 'approve', promotion);
    await stage.promotion({ ...prod, phase: 'AwaitingDeploy', tell });
  });
  await progress.step('carol presses Deploy; prod runs it', async (tell) => {
    await stage.decide('carol', 'deploy', promotion);
    await stage.promotion({ ...prod, phase: 'Deployed', tell });
  });
}

async function takeBack(stage: Stage, progress: Progress, version: string): Promise<void> {
  const { digest } = await bring(stage, progress, version);
  const dev = { service: SERVICE, environment: 'dev', digest };
  await progress.step('dev crashes', async (tell) => {
    await stage.promotion({ ...dev, phase: 'Failed', tell });
  });
  await progress.step('it is rolled back through Git, by nobody', async (tell) => {
    await stage.promotion({ ...dev, rollback: true, phase: 'Deployed', tell });
  });
}

async function expectRefusal(act: () => Promise<void>): Promise<void> {
  const refused = await act().then(
    () => false,
    (error: unknown) => {
      if (error instanceof RefusedError) return true;
      throw error;
    },
  );
  if (!refused) throw new RefusedError('It was allowed all the same: this is a bug of stoa-cd');
}
