import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { KustomizeError, build } from '../../src/kustomize/index.ts';
import { findKubectl, kubectlFor, sharedFolder } from '../support/tools.ts';
import { projects } from './kustomize-grammar.ts';
import type { Project } from './kustomize-grammar.ts';

const RUNS = Number(process.env['STOA_CD_RUNS'] ?? '60');
const SEED = Number(process.env['STOA_CD_SEED'] ?? '1');
/** Well above what kubectl takes on a busy machine. */
const TIMEOUT = 60_000 + RUNS * 2_000;

const program = await findKubectl();
const kubectl = kubectlFor(program ?? 'kubectl');
const scratch = mkdtempSync(join(tmpdir(), 'stoa-kustomize-'));

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What is printed; `undefined` when the build is refused. */
async function byKubectl(folder: string): Promise<string | undefined> {
  try {
    return await kubectl('kustomize', folder);
  } catch (error) {
    // Only a refusal counts: a kubectl that cannot be run or is killed has no exit code of its own.
    if (error instanceof Error && typeof (error as { readonly code?: unknown }).code === 'number') return undefined;
    throw error;
  }
}

async function byUs(root: string, folder: string): Promise<string | undefined> {
  try {
    return (await build(root, folder)).yaml;
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

function writeProject(project: Project): string {
  const root = mkdtempSync(join(scratch, 'project-'));
  for (const [path, content] of Object.entries(project)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** The folders of a repository that hold a kustomization, components left out. */
function kustomizations(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:^|\/)kustomization\.ya?ml$/.test(path))
    .filter((path) => !/^kind: Component$/m.test(readFileSync(join(root, path), 'utf8')))
    .map((path) => dirname(path));
}

const repositories = [
  { name: 'the template of environments', root: join(import.meta.dirname, '../../templates/stoa-envs') },
  { name: 'public kustomizations', root: sharedFolder('real') },
];

describe.skipIf(program === undefined)('a build, against kubectl kustomize (skipped where kubectl is missing)', () => {
  for (const { name, root } of repositories) {
    const folders = root === undefined ? [] : kustomizations(root);
    it.skipIf(root === undefined)(
      `prints ${name} byte for byte (skipped where they are missing)`,
      async () => {
        expect(folders.length).toBeGreaterThan(0);
        for (const folder of folders) {
          const theirs = await byKubectl(join(root ?? '', folder));
          expect({ folder, yaml: await byUs(root ?? '', folder) }).toEqual({ folder, yaml: theirs });
        }
      },
      TIMEOUT,
    );
  }

  it(
    `prints ${RUNS} generated kustomizations byte for byte, and refuses what kubectl refuses`,
    async () => {
      let built = 0;
      await fc.assert(
        fc.asyncProperty(projects, async (project) => {
          const root = writeProject(project);
          const theirs = await byKubectl(join(root, 'overlay'));
          expect(await byUs(root, 'overlay')).toBe(theirs);
          if (theirs !== undefined) built++;
          rmSync(root, { recursive: true });
        }),
        { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: TIMEOUT },
      );
      // Most of them say something: a grammar that only made errors would agree with anything.
      expect(built).toBeGreaterThan(RUNS / 2);
    },
    TIMEOUT,
  );
});
