import { resolve } from 'node:path';
import { UsageError, formatTime, systemClock } from '../../core/index.ts';
import { promotionName } from '../../promotion/index.ts';
import type { ReleaseRequest } from '../../promotion/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { ENVIRONMENTS_PROJECT } from '../wire/delivery.ts';
import { readInstance } from '../wire/instance-file.ts';
import { CI_USER, readMachines } from '../wire/machines.ts';
import { gitOutput } from '../wire/local-git.ts';
import { proposeRelease } from '../wire/propose-release.ts';
import type { Place } from '../wire/propose-release.ts';
import { DATA } from './options.ts';

export const release: Command = {
  name: 'release',
  summary: 'open the merge request that brings a build to the first environment',
  description:
    'What CI calls after it has pushed an image. It needs an account on the forge and nothing else: no cluster, no server of ' +
    'stoa-cd. In CI the forge and its token come from STOA_CD_FORGE and STOA_CD_FORGE_TOKEN, commit and author from the ' +
    'variables of GitLab CI; on a machine with a standalone instance, from its data directory.',
  args: [
    { name: 'service', description: 'service that was built' },
    {
      name: 'image',
      description: 'image by digest, for instance registry.example.com/stoa/stoa-gateway:1.2.0@sha256:…',
    },
  ],
  options: [
    { name: 'project', value: 'PATH', description: 'project of stoa-envs on the forge', default: ENVIRONMENTS_PROJECT },
    {
      name: 'commit',
      value: 'SHA',
      description: 'source commit; CI_COMMIT_SHA by default, else the commit of the present folder',
    },
    {
      name: 'author',
      value: 'NAME',
      description: 'user behind the change; GITLAB_USER_LOGIN by default, else the author of the commit',
    },
    DATA,
  ],
  examples: ['stoa-cd release stoa-gateway registry.example.com/stoa/stoa-gateway:1.2.0@sha256:4f53…'],
  async run(input, context) {
    const { terminal, signal, output } = context;
    const place = await findPlace(input, context);
    const request: ReleaseRequest = {
      service: input.args['service'] ?? '',
      images: [input.args['image'] ?? ''],
      ...(await describeSource(input, context)),
      signal,
    };
    const opened = await proposeRelease(place, request);
    const result = { promotion: promotionName(opened) ?? '', mergeRequest: opened.webUrl, state: opened.state };
    terminal.out(render(result, output, () => `Opened ${opened.title}: ${opened.webUrl}`));
    return 0;
  },
};

async function findPlace({ options }: Input, { env, cwd }: CommandContext): Promise<Place> {
  const project = options['project'] ?? ENVIRONMENTS_PROJECT;
  const forge = env['STOA_CD_FORGE'];
  const token = env['STOA_CD_FORGE_TOKEN'];
  if (forge !== undefined && token !== undefined) return { forge, project, token };
  if (forge !== undefined || token !== undefined)
    throw new UsageError('Cannot reach the forge: set both STOA_CD_FORGE and STOA_CD_FORGE_TOKEN');
  const directory = resolve(cwd, options['data'] ?? '.stoa-cd');
  const { forge: local } = await readInstance(directory);
  return { forge: local, project, token: (await readMachines(directory)).ci };
}

async function describeSource(
  { options }: Input,
  context: CommandContext,
): Promise<Pick<ReleaseRequest, 'source' | 'requestedBy'>> {
  const { env } = context;
  const named = options['commit'] ?? env['CI_COMMIT_SHA'];
  const head = await readCommit(named ?? 'HEAD', context);
  const commit = named ?? head?.commit ?? '0'.repeat(40);
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit))
    throw new UsageError(`Cannot release ${commit}: name the source commit by all of its digits`);
  const author = options['author'] ?? env['GITLAB_USER_LOGIN'] ?? head?.author ?? CI_USER;
  const committedAt = utc(env['CI_COMMIT_TIMESTAMP'] ?? head?.committedAt);
  const repository = env['CI_PROJECT_PATH'] ?? 'stoa/stoa-platform';
  return { source: { repository, commit, author, committedAt }, requestedBy: author };
}

/** In UTC; now, where nobody knows. */
function utc(time = ''): string {
  const at = Date.parse(time);
  return formatTime(Number.isNaN(at) ? systemClock.now() : at);
}

interface Commit {
  readonly commit: string;
  readonly author: string;
  /** RFC 3339, with the offset of whoever committed. */
  readonly committedAt: string;
}

/** A commit of the repository of the present folder; `undefined` where that has none of this name. */
async function readCommit(revision: string, context: CommandContext): Promise<Commit | undefined> {
  const text = await gitOutput(['log', '-1', '--format=%H%n%an%n%cI', '--end-of-options', revision], context);
  if (text === undefined) return undefined; // What was not given by option or variable stays unknown.
  const [commit = '', author = '', committedAt = ''] = text.split('\n');
  return { commit, author, committedAt };
}
