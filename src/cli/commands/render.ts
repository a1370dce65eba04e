import { dirname, relative, resolve } from 'node:path';
import { existsSync } from 'node:fs';
import { build } from '../../kustomize/index.ts';
import type { Command } from '../command.ts';

export const renderCommand: Command = {
  name: 'render',
  summary: 'print what kustomize build PATH prints',
  description:
    'Reads nothing outside the Git repository that holds the folder (outside of one: outside the folder itself).',
  args: [{ name: 'path', description: 'folder with a kustomization' }],
  examples: ['stoa-cd render envs/staging'],
  async run({ args }, { cwd, terminal, output, signal }) {
    const target = resolve(cwd, args['path'] ?? '.');
    const root = repositoryRoot(target) ?? target;
    const result = await build(root, relative(root, target) || '.', { signal });
    const text = output === 'json' ? JSON.stringify(result.objects, null, 2) : result.yaml.trimEnd();
    terminal.out(text);
    return 0;
  },
};

function repositoryRoot(folder: string): string | undefined {
  if (existsSync(resolve(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : repositoryRoot(parent);
}
