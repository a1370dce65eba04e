import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { git } from '../../test/support/tools.ts';
import { bundleOffline } from '../../tools/bundle/bundle.ts';
import {
  baseSettings,
  folderOf,
  ownSettings,
  repositoryFiles,
  settingsFile,
  BASE_SETTINGS,
} from '../engine/content.ts';
import type { Benchmark, Measured } from '../lib/report.ts';
import { median, quantile } from '../lib/statistics.ts';

const APPLICATIONS = 100;
const CALLS = 15;

/** `stoa-cd preview` as people and pipelines call it: a process of its own that has seen nothing before. */
export const preview: Benchmark = {
  summary: `stoa-cd preview of a repository of ${APPLICATIONS} applications, each call a process of its own`,
  async run(tell) {
    const folder = await mkdtemp(join(tmpdir(), 'stoa-bench-preview-'));
    try {
      return await measure(folder, tell);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Change {
  readonly name: string;
  readonly file: string;
  readonly content: string;
  readonly overlays: readonly string[];
  readonly goal?: string;
}

async function measure(folder: string, tell: (what: string) => void): Promise<Measured> {
  const changes: readonly Change[] = [
    {
      name: 'one line of one application',
      file: settingsFile(7),
      content: ownSettings('2'),
      overlays: [folderOf(7)],
      goal: '< 1 s',
    },
    {
      name: 'one line of the base of all',
      file: BASE_SETTINGS,
      content: baseSettings('2'),
      overlays: Array.from({ length: APPLICATIONS }, (_, index) => folderOf(index)),
    },
  ];
  tell('program, as it is published');
  const program = join(folder, '.program', 'offline.js');
  await bundleOffline(program);
  tell('repository');
  await writeFile(join(folder, '.gitignore'), '.program\n');
  await git(folder, 'init', '-q', '-b', 'main');
  await commit(folder, repositoryFiles(APPLICATIONS, 'ten'));
  const versions = {
    'stoa-cd': '0.1.0',
    node: process.version,
    git: (await git(folder, '--version')).split(' ')[2] ?? '',
  };
  const rows = [];
  for (const { name, file, content, overlays, goal } of changes) {
    tell(name);
    await commit(folder, new Map([[file, content]]));
    const shown = await previewed(program, folder);
    if (JSON.stringify(shown.paths) !== JSON.stringify([...overlays].sort()))
      return { equality: { ok: false, what: `${name} shows ${shown.paths.join(', ')}` }, versions, rows: [] };
    const times: number[] = [];
    for (let call = 0; call < CALLS; call++) times.push((await previewed(program, folder)).seconds);
    const value = `p50 ${median(times).toFixed(2)} s, p95 ${quantile(times, 0.95).toFixed(2)} s`;
    const how = `${CALLS} calls, ${overlays.length} of ${APPLICATIONS} overlays shown`;
    rows.push({ figure: name, value, how, ...(goal === undefined ? {} : { goal }) });
  }
  return { equality: { ok: true, what: 'exactly the overlays that change are shown' }, versions, rows };
}

async function commit(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await git(folder, 'add', '-A');
  await git(folder, 'commit', '-q', '-m', 'Change');
}

async function previewed(
  program: string,
  folder: string,
): Promise<{ readonly seconds: number; readonly paths: readonly string[] }> {
  const args = [program, 'preview', 'HEAD~1', 'HEAD', '--source', folder, '--output', 'json'];
  const start = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  const seconds = (performance.now() - start) / 1000;
  const { overlays } = JSON.parse(stdout) as { readonly overlays: readonly { readonly path: string }[] };
  return { seconds, paths: overlays.map(({ path }) => path).sort() };
}
