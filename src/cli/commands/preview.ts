import { resolve } from 'node:path';
import { UsageError, toJson } from '../../core/index.ts';
import { openRepository } from '../../git/index.ts';
import { formatChanges, previewChange } from '../../promotion/index.ts';
import type { ChangePreview } from '../../promotion/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { gitOutput } from '../wire/local-git.ts';

export const preview: Command = {
  name: 'preview',
  summary: 'print what a change does to every environment and tenant, rendered',
  description:
    'Compares two commits of a stoa-envs repository on this machine, object by object and field by field, and says whose Pods ' +
    'are replaced. Only overlays that are made of a changed file are rendered again. Exit code 1 when one cannot be rendered.',
  args: [
    { name: 'base', description: 'commit before the change, as git names it: a branch, a tag, HEAD~1' },
    { name: 'head', description: 'commit after it; HEAD by default', required: false },
  ],
  options: [{ name: 'source', value: 'DIR', description: 'clone of the repository', default: '.' }],
  examples: ['stoa-cd preview main', 'stoa-cd preview approved/prod main --output json'],
  async run({ args, options }, { cwd, terminal, output, signal }) {
    const directory = resolve(cwd, options['source'] ?? '.');
    const git = await gitOutput(['rev-parse', '--absolute-git-dir'], { cwd: directory, signal });
    if (git === undefined) throw new UsageError(`Cannot compare in ${directory}: it is no Git repository`);
    await using repository = openRepository(git);
    const find = async (revision: string): Promise<string> =>
      (await gitOutput(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], {
        ...{ cwd: directory, signal },
      })) ?? Promise.reject(new UsageError(`Cannot find ${revision} in ${directory}`));
    const [base, head] = [await find(args['base'] ?? ''), await find(args['head'] ?? 'HEAD')];
    const result = await previewChange(repository, { base, head, signal });
    terminal.out(render(toJson(result), output, () => textOf(result)));
    return result.overlays.some(({ fault }) => fault !== undefined) ? 1 : 0;
  },
};

function textOf({ overlays, total, policy, base, head }: ChangePreview): string {
  const blocks = overlays.map(({ path, changes, restarts, fault }) => {
    if (fault !== undefined) return `## ${path}\n\nIt cannot be rendered: ${fault}\n`;
    const pods = restarts.length === 0 ? 'No Pods are replaced.' : `Pods are replaced: ${restarts.join(', ')}.`;
    return `## ${path}\n\n${formatChanges(changes)}\n\n${pods}\n`;
  });
  const rules = policy.length === 0 ? [] : [`What may run is changed by ${policy.join(', ')}.`];
  const range = `from ${base.slice(0, 12)} to ${head.slice(0, 12)}`;
  return [...blocks, ...rules, `${overlays.length} of ${total} overlays change ${range}.`].join('\n');
}
