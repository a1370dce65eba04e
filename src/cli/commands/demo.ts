import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RefusedError, createLogger, randomIds, systemClock } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { computeKpis, readRecords, verifyRepository } from '../../evidence/index.ts';
import type { Kpi, Verdict } from '../../evidence/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { Stage } from '../demo/stage.ts';
import { tellStory } from '../demo/story.ts';
import type { StoryResult } from '../demo/story.ts';
import { Progress } from '../terminal/progress.ts';
import { render } from '../terminal/terminal.ts';
import { artefactSigner } from '../wire/artefact-key.ts';
import { connectTo } from '../wire/connect.ts';
import { ENVIRONMENTS_PROJECT } from '../wire/delivery.ts';
import { startInstance } from '../wire/instance.ts';
import { readInstance } from '../wire/instance-file.ts';
import { readMachines } from '../wire/machines.ts';
import { withMirror } from '../wire/temporary-mirror.ts';
import { kpiTable } from './kpi.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'take a release from a commit to production, and a bad one back',
  description:
    'Plays every part of ADR-007 for one service: commit, build, release, promotion with review and approval, Deploy, an edit ' +
    'past Git that is put right, a bad release that is rolled back. Ends with the five figures for this run; the workloads ' +
    'are simulated, and so are the figures. Uses the running instance that --data names, else one of its own for as long as it takes.',
  options: [
    {
      name: 'data',
      value: 'DIR',
      description: 'data directory of a running instance; an instance of its own by default',
    },
  ],
  examples: ['stoa-cd demo', 'stoa-cd demo --data .stoa-cd'],
  async run(input, context) {
    const { terminal, output } = context;
    using progress = new Progress(terminal);
    await using place = await findPlace(input, context, progress);
    const startedAt = systemClock.now();
    const story = await play(place.directory, progress, context.signal);
    const seconds = (systemClock.now() - startedAt) / 1000;
    const { kpis, verdict } = await takeStock(place.directory, startedAt, context.signal);
    const result = {
      ...story,
      seconds,
      simulated: true,
      kpis: kpis.map((kpi): JsonObject => ({ ...kpi })),
      ledger: { ...verdict },
    };
    terminal.out(render(result, output, () => summary(story, { seconds, kpis, verdict })));
    return verdict.ok ? 0 : 1;
  },
};

interface PlaceOfAction extends AsyncDisposable {
  /** Data directory of a running instance. */
  readonly directory: string;
}

async function findPlace({ options }: Input, context: CommandContext, progress: Progress): Promise<PlaceOfAction> {
  const { cwd, signal } = context;
  const given = options['data'];
  if (given !== undefined) return { directory: resolve(cwd, given), [Symbol.asyncDispose]: () => Promise.resolve() };
  const directory = await mkdtemp(join(tmpdir(), 'stoa-demo-'));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  try {
    await progress.step('Starting an instance for the demonstration', async (tell) => {
      const log = () => createLogger({ level: 'silent' });
      const settings = { directory, port: 0, clock: systemClock, ids: randomIds };
      stack.use(await startInstance({ ...settings, log, tell, signal }));
    });
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
  return { directory, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function play(directory: string, progress: Progress, signal: AbortSignal): Promise<StoryResult> {
  const instance = await readInstance(directory);
  await using hub = await connectTo(instance, { cluster: 'hub', fieldManager: 'stoa-cd-demo' });
  const { ci } = await readMachines(directory);
  const options = { instance, ciToken: ci, signer: await artefactSigner(directory), clock: systemClock, signal };
  return await tellStory(new Stage(options, hub.client), progress);
}

interface Stock {
  readonly kpis: readonly Kpi[];
  readonly verdict: Verdict;
}

/** The figures of this run, from the ledger, and whether the ledger is intact. */
async function takeStock(directory: string, since: number, signal: AbortSignal): Promise<Stock> {
  const { forge } = await readInstance(directory);
  const publicKey = await readFile(join(directory, 'evidence.pub.pem'), 'utf8');
  return withMirror({ url: `${forge}/${ENVIRONMENTS_PROJECT}.git` }, async (mirror) => {
    await mirror.fetch(signal);
    const records = (await readRecords(mirror)).filter(({ at }) => at >= since);
    if (records.length === 0) throw new RefusedError('The ledger has no record of the demonstration');
    return { kpis: computeKpis(records), verdict: await verifyRepository(mirror, { publicKeys: [publicKey] }) };
  });
}

function summary(
  { service, version, badVersion, healedMs }: StoryResult,
  { seconds, kpis, verdict }: Stock & { readonly seconds: number },
): string {
  return [
    `${service} ${version} went from commit to production, ${badVersion} was taken back, in ${seconds.toFixed(1)} s.`,
    `An edit in prod was put right after ${healedMs} ms.`,
    verdict.ok
      ? `The ledger is intact: ${verdict.records} records.`
      : `The ledger is NOT intact: record ${verdict.sequence}: ${verdict.reason}`,
    '',
    'The five figures of ADR-007 for this run (simulated):',
    kpiTable(kpis),
  ].join('\n');
}
