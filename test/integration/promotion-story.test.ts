import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../src/cli/demo/stage.ts';
import type { Awaited as Wanted } from '../../src/cli/demo/stage.ts';
import { tellStory } from '../../src/cli/demo/story.ts';
import { Progress } from '../../src/cli/terminal/progress.ts';
import { createTerminal } from '../../src/cli/terminal/terminal.ts';
import { artefactSigner } from '../../src/cli/wire/artefact-key.ts';
import { startInstance } from '../../src/cli/wire/instance.ts';
import type { Instance } from '../../src/cli/wire/instance.ts';
import { VirtualClock, randomIds, silentLogger } from '../../src/core/index.ts';
import { readRecords, verifyRepository } from '../../src/evidence/index.ts';
import { openMirror } from '../../src/git/index.ts';
import type { Mirror } from '../../src/git/index.ts';
import type { Promotion } from '../../src/promotion/index.ts';
import { connect, promotions } from '../support/delivery.ts';
import type { ClusterClient } from '../support/delivery.ts';
import type { Addresses } from '../support/running-program.ts';

const SERVICE = 'stoa-gateway';

describe('the whole promotion under a virtual clock', () => {
  // Certificates and tokens are judged by the machine's clock too, so the virtual one starts there.
  const clock = new VirtualClock(Date.now());
  const stop = new AbortController();
  let data: string;
  let instance: Instance;
  let hub: ClusterClient;
  let prod: ClusterClient;
  let stage: Stage;
  let repository: Mirror;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'stoa-story-'));
    const settings = { directory: join(data, 'data'), port: 0, clock, ids: randomIds, signal: stop.signal };
    instance = await inTime(startInstance({ ...settings, log: () => silentLogger }));
    const addresses = instance.addresses as unknown as Addresses;
    [hub, prod] = [await connect(addresses, 'hub'), await connect(addresses, 'prod')];
    const { ci } = JSON.parse(await readFile(join(data, 'data/machines.json'), 'utf8')) as { readonly ci: string };
    const signer = await artefactSigner(join(data, 'data'));
    const options = { instance: instance.addresses, ciToken: ci, signer, clock, signal: stop.signal };
    stage = new Stage(options, hub.client);
    const url = new URL(`${addresses.forge}/stoa/stoa-envs.git`);
    const password = addresses.users.find(({ name }) => name === 'alice')?.password ?? '';
    const credentials = { username: 'alice', password };
    repository = await openMirror({ url: url.href, directory: join(data, 'alice.git'), credentials });
  }, 60_000);

  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
    await prod[Symbol.asyncDispose]();
    await hub[Symbol.asyncDispose]();
    stop.abort();
    await inTime(instance[Symbol.asyncDispose]());
    await rm(data, { recursive: true, force: true });
  });

  /** Lets time pass until the work is done: ten times as fast as it does, since sockets and git take their real time. */
  async function inTime<T>(work: PromiseLike<T>): Promise<T> {
    const state = { done: false };
    const finish = (): void => {
      state.done = true;
    };
    work.then(finish, finish);
    while (!state.done) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      clock.advance(20);
    }
    return work;
  }

  const awaited = async (wanted: Omit<Wanted, 'service' | 'tell'>): Promise<Promotion> =>
    inTime(stage.promotion({ service: SERVICE, tell: () => undefined, ...wanted }));

  async function alicePushes(path: string, change: (text: string) => string): Promise<void> {
    await repository.fetch();
    const parent = (await repository.resolve('refs/heads/main')) ?? '';
    const text = (await repository.file(parent, path)) ?? '';
    const author = { name: 'alice', email: 'alice@example.com' };
    const files = new Map([[path, change(text)]]);
    await repository.push({ ref: 'refs/heads/main', parent, files, message: 'Past the gate', author, at: clock.now() });
  }

  it('takes a release to production and a bad one back', async () => {
    const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: {} });
    using progress = new Progress({ ...terminal, interactive: false, err: () => undefined });

    const story = await inTime(tellStory(stage, progress));

    const own = await promotions(hub.client, SERVICE);
    expect(own.map(({ spec, status }) => `${spec.environment} ${status?.phase ?? ''}`).sort()).toEqual([
      ...['dev Deployed', 'dev Deployed', 'dev Failed', 'prod Deployed', 'staging Deployed'],
    ]);
    expect(story).toMatchObject({ version: '1.1.0', badVersion: '1.2.0-broken' });
    await repository.fetch();
    const publicKeys = [await readFile(join(data, 'data/evidence.pub.pem'), 'utf8')];
    expect(await verifyRepository(repository, { publicKeys })).toMatchObject({ ok: true });
    const kinds = (await readRecords(repository)).map(({ predicateType }) => predicateType.split('/').at(-2) ?? '');
    const count = (kind: string): number => kinds.filter((one) => one === kind).length;
    expect({ deployments: count('deployment'), drifts: count('drift'), rollbacks: count('rollback') }).toEqual({
      ...{ deployments: 5, drifts: 1, rollbacks: 1 },
    });
    expect({ merges: count('merge'), approvals: count('approval'), quarantines: count('quarantine') }).toEqual({
      ...{ merges: 5, approvals: 2, quarantines: 1 },
    });
  }, 300_000);

  it('lets nobody but the gate move what production follows', async () => {
    await repository.fetch();
    const [before, main] = [
      await repository.resolve('refs/heads/approved/prod'),
      await repository.resolve('refs/heads/main'),
    ];

    const move = repository.moveRef('refs/heads/approved/prod', { before: before ?? '', after: main ?? '' });

    await expect(move).rejects.toThrow(/rejected.*pre-receive hook declined/);
  });

  it('keeps back a change of production that nobody approved, also when a release would bring it along', async () => {
    const unapproved = (text: string): string => `${text}commonAnnotations:\n  past-the-gate: "true"\n`;
    await alicePushes('envs/prod/kustomization.yaml', unapproved);
    const commit = await inTime(stage.commit(SERVICE, '1.3.0', 'alice'));
    const image = await inTime(stage.build(SERVICE, '1.3.0', commit));
    const { digest } = image;
    await inTime(stage.release(SERVICE, image, commit));
    await awaited({ environment: 'dev', phase: 'Deployed', digest });
    await inTime(stage.promote('alice', SERVICE, 'staging'));
    await inTime(stage.decide('bob', 'approve', await awaited({ environment: 'staging', phase: 'Waiting', digest })));
    await awaited({ environment: 'staging', phase: 'Deployed', digest });
    await inTime(stage.promote('alice', SERVICE, 'prod'));
    await inTime(stage.decide('carol', 'approve', await awaited({ environment: 'prod', phase: 'Waiting', digest })));

    const kept = await inTime(keptBack(digest));

    expect(kept.status?.message).toMatch(/^Not deployed: it also changes .*envs\/prod\/kustomization\.yaml.*alice/);
    const deployments = await prod.client.list({ group: 'apps', version: 'v1', kind: 'Deployment' });
    const annotated = deployments.items.filter(({ metadata }) => metadata.annotations?.['past-the-gate'] !== undefined);
    expect(annotated).toEqual([]);
    expect(JSON.stringify(deployments.items)).not.toContain(digest);
  }, 300_000);

  async function keptBack(digest: string): Promise<Promotion> {
    for (;;) {
      const found = (await promotions(hub.client, SERVICE)).find(
        ({ spec, status }) => spec.environment === 'prod' && status?.message?.startsWith('Not deployed') === true,
      );
      if (found !== undefined) return found;
      await stage.promotion({ service: SERVICE, environment: 'prod', phase: 'Waiting', digest, tell: () => undefined });
      const { promise, resolve } = Promise.withResolvers<undefined>();
      clock.after(500, () => resolve(undefined));
      await promise;
    }
  }
});
