import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '../../core/index.ts';
import type { Command } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { readTemplate, templateDirectory } from '../wire/template.ts';

export const init: Command = {
  name: 'init',
  summary: 'write a stoa-envs repository',
  description:
    'Writes base, components, one overlay an environment, and the Argo CD configuration into an empty folder.',
  args: [{ name: 'dir', description: 'folder to write to', required: false }],
  options: [
    {
      name: 'repository',
      value: 'URL',
      description: 'clone URL that the Applications will name',
      default: 'https://gitlab.example.com/stoa/stoa-envs.git',
    },
    {
      name: 'source',
      value: 'URL',
      description: 'source repository that images must be built from',
      default: 'https://gitlab.example.com/stoa/stoa-platform',
    },
    { name: 'registry', value: 'HOST', description: 'registry of the images', default: 'registry.example.com' },
  ],
  examples: ['stoa-cd init stoa-envs --repository https://git.example.com/platform/stoa-envs.git'],
  async run({ args, options }, { cwd, terminal, output }) {
    const directory = resolve(cwd, args['dir'] ?? 'stoa-envs');
    if ((await entriesOf(directory)).length > 0)
      throw new UsageError(`Cannot write to ${directory}: the folder is not empty`);
    const files = await readTemplate(templateDirectory('stoa-envs'), {
      repository: options['repository'] ?? '',
      source: options['source'] ?? '',
      registry: options['registry'] ?? '',
    });
    for (const [path, text] of files) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    const paths = [...files.keys()];
    terminal.out(render({ directory, files: paths }, output, () => `Wrote ${paths.length} files to ${directory}`));
    return 0;
  },
};

async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new UsageError(`Cannot write to ${directory}: it is not a folder that can be read`, { cause: error });
  }
}
