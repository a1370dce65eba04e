import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { BuildCache, build } from '../../src/kustomize/index.ts';
import type { FileSource } from '../../src/kustomize/index.ts';
import { findKubectl, kubectlFor } from '../../test/support/tools.ts';
import { bundleOffline } from '../../tools/bundle/bundle.ts';
import type { Kubectl } from '../../test/support/tools.ts';
import type { Benchmark, Measured, Row } from '../lib/report.ts';
import { growthExponent, median } from '../lib/statistics.ts';
import { costOfCall, costOfChild, interleave, milliseconds, ratio } from './timing.ts';
import type { Pair } from './timing.ts';
import { appFolder, manyResources, monorepo, patchOf, smallOverlay } from './workloads.ts';
import type { Workload } from './workloads.ts';

const APPS = 10_000;
/** A live process has rendered before. */
const WARM_UP_CALLS = 40;
const COLD_PAIRS = 11;
const SIZES = [125, 250, 500, 1000, 2000];

/** Kustomizations rendered in process, against `kubectl kustomize` where it is installed. */
export const render: Benchmark = {
  summary: 'overlays small and large, growth, one change in ten thousand applications',
  async run(tell) {
    const scratch = await mkdtemp(join(tmpdir(), 'stoa-bench-render-'));
    try {
      return await measure(scratch, tell);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

type Tell = (what: string) => void;

async function measure(scratch: string, tell: Tell): Promise<Measured> {
  const program = await findKubectl();
  const kubectl = program === undefined ? undefined : kubectlFor(program);
  const versions = { 'stoa-cd': '0.1.0', node: process.version, ...(await kubectlVersion(kubectl)) };
  if (kubectl === undefined) {
    const what = 'kubectl is not installed, so nothing was compared: only figures of our own';
    return { equality: { ok: true, what }, versions, rows: await ownRows(tell) };
  }
  const against = [
    { name: 'W1 small overlay', workload: smallOverlay(), pairs: 15, calls: 50, goal: '>= 150x' },
    { name: 'W2 500 resources', workload: manyResources(500), pairs: 5, calls: 3, goal: '>= 60x' },
  ];
  for (const { name, workload } of against) {
    tell(`${name}: equality`);
    if (!(await isEqual(kubectl, await write(scratch, workload), workload))) {
      return { equality: { ok: false, what: `${name} differs from kubectl kustomize` }, versions, rows: [] };
    }
  }
  const rows: Row[] = [];
  for (const { name, workload, pairs, calls, goal } of against) {
    tell(`${name}: ${pairs} pairs`);
    const measured = await comparePairs(kubectl, await write(scratch, workload), { workload, pairs, calls });
    rows.push(...comparedRows(name, measured, goal));
  }
  tell(`W1c small overlay, cold: ${COLD_PAIRS} pairs`);
  const cold = await coldRow(kubectl, scratch);
  if (cold === undefined) {
    return { equality: { ok: false, what: 'W1c differs from kubectl kustomize' }, versions, rows: [] };
  }
  rows.push(cold);
  const what = 'both overlays come out of kubectl kustomize and of stoa-cd as the same bytes';
  return { equality: { ok: true, what }, versions, rows: [...rows, ...(await ownRows(tell))] };
}

async function kubectlVersion(kubectl: Kubectl | undefined): Promise<Record<string, string>> {
  if (kubectl === undefined) return {};
  const lines = (await kubectl('version', '--client')).split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => (line.includes(': ') ? [line.split(': ') as [string, string]] : [])),
  );
}

const run = promisify(execFile);

/** The command in a process of its own, its start included. `undefined` when it prints something else than kubectl. */
async function coldRow(kubectl: Kubectl, scratch: string): Promise<Row | undefined> {
  const program = join(scratch, 'render.js');
  await bundleOffline(program);
  const path = await write(scratch, smallOverlay());
  // The program reads no further than the repository that holds the folder.
  await mkdir(join(dirname(path), '.git'));
  const ours = async (): Promise<string> => (await run(process.execPath, [program, 'render', path])).stdout;
  const theirs = (): Promise<string> => kubectl('kustomize', path);
  if ((await ours()) !== (await theirs())) return undefined;
  const pairs = await interleave(
    COLD_PAIRS,
    () => costOfChild(theirs),
    () => costOfChild(ours),
  );
  const took = milliseconds(median(pairs.map((pair) => pair.ours.wallMs)));
  return {
    figure: 'W1c small overlay, cold command: wall clock, kubectl kustomize / stoa-cd render',
    value: `${ratio(pairs, 'wallMs')}; CPU ${ratio(pairs, 'cpuMs')}; ${took}`,
    goal: '>= 1x',
    how: `${pairs.length} interleaved pairs, a new process for each, Node's start included; bundled as it is published`,
  };
}

async function write(scratch: string, { files, folder }: Workload): Promise<string> {
  const root = await mkdtemp(join(scratch, 'workload-'));
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return join(root, folder);
}

async function isEqual(kubectl: Kubectl, path: string, { files, folder }: Workload): Promise<boolean> {
  return (await kubectl('kustomize', path)) === (await build(files, folder)).yaml;
}

async function comparePairs(
  kubectl: Kubectl,
  path: string,
  { workload, pairs, calls }: { readonly workload: Workload; readonly pairs: number; readonly calls: number },
): Promise<readonly Pair[]> {
  const ours = async (): Promise<string> => (await build(workload.files, workload.folder)).yaml;
  await costOfCall(ours, WARM_UP_CALLS);
  return interleave(
    pairs,
    () => costOfChild(() => kubectl('kustomize', path)),
    () => costOfCall(ours, calls),
  );
}

function comparedRows(name: string, pairs: readonly Pair[], goal: string): readonly Row[] {
  const how = `${pairs.length} interleaved pairs, warm, printing included; median (95 % of resampled medians)`;
  return [
    { figure: `${name}: CPU, kubectl kustomize / stoa-cd`, value: ratio(pairs, 'cpuMs'), goal, how },
    { figure: `${name}: wall clock, kubectl kustomize / stoa-cd`, value: ratio(pairs, 'wallMs'), how },
    {
      figure: `${name}: CPU of one build`,
      value: `${milliseconds(median(pairs.map(({ ours }) => ours.cpuMs)))} (kubectl ${milliseconds(median(pairs.map(({ theirs }) => theirs.cpuMs)))})`,
      how: 'median of the same runs',
    },
  ];
}

async function ownRows(tell: Tell): Promise<readonly Row[]> {
  return [...(await growthRows(tell)), ...(await monorepoRows(tell))];
}

async function growthRows(tell: Tell): Promise<readonly Row[]> {
  const points: (readonly [number, number])[] = [];
  for (const size of SIZES) {
    tell(`W3 ${size} resources`);
    const { files, folder } = manyResources(size);
    const work = async (): Promise<string> => (await build(files, folder)).yaml;
    const calls = Math.max(2, Math.round(1000 / size));
    const costs: number[] = [];
    for (let i = 0; i < 7; i++) costs.push((await costOfCall(work, calls)).cpuMs);
    points.push([size, median(costs.slice(2))]);
  }
  const how = `CPU of builds of ${SIZES.join(', ')} resources, median of 5 after 2`;
  return [
    { figure: 'W3 growth exponent', value: growthExponent(points).toFixed(2), goal: '<= 1.15', how },
    { figure: 'W3 CPU of 2000 resources', value: milliseconds(points.at(-1)?.[1] ?? NaN), how: 'the same runs' },
  ];
}

async function print(files: FileSource, folder: string, cache?: BuildCache): Promise<string> {
  const { yaml } = await build(files, folder, cache === undefined ? {} : { cache });
  return yaml;
}

/** A change to one of many applications: who is affected is told by what each has read. */
async function monorepoRows(tell: Tell): Promise<readonly Row[]> {
  tell(`W4 ${APPS} applications`);
  const files = monorepo(APPS);
  const cache = new BuildCache(APPS);
  const closures = new Map<string, ReadonlySet<string>>();
  for (let i = 0; i < APPS; i++) {
    const { closure } = await build(files, appFolder(i), { cache });
    closures.set(appFolder(i), new Set(closure.keys()));
  }
  const times: number[] = [];
  let affected: readonly string[] = [];
  for (let run = 0; run < 20; run++) {
    const changed = `${appFolder(run * 37)}/patch.yaml`;
    files.set(changed, patchOf(`level-${run}`));
    const start = performance.now();
    affected = [...closures].flatMap(([app, closure]) => (closure.has(changed) ? [app] : []));
    for (const app of affected) await print(files, app, cache);
    times.push(performance.now() - start);
  }
  return [
    {
      figure: `W4 one patch of ${APPS} applications: rendered again`,
      value: `${milliseconds(median(times))}, ${affected.length} application`,
      goal: '<= 20 ms, 1 application',
      how: 'wall clock from the changed path to the new text; median of 20',
    },
  ];
}
