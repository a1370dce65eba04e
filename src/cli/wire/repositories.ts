import { openMirror } from '../../git/index.ts';
import { bumpImages } from '../../promotion/index.ts';
import type { InstanceContext } from './context.ts';
import { SERVICES, pushVersionImage } from './images.ts';
import { BOT_USER } from './machines.ts';
import type { Machines } from './machines.ts';
import { networkFetch } from './network.ts';
import { seedRepository } from './seed.ts';
import { readTemplate, templateDirectory } from './template.ts';

export interface RepositoryOptions {
  /** Clone URLs. */
  readonly environments: string;
  readonly platform: string;
  /** `host:port` of the registry. */
  readonly registry: string;
  readonly machines: Machines;
}

const FIRST_TAG = '1.0.0';
const PROTECTED_REFS = ['refs/heads/approved/staging', 'refs/heads/approved/prod'];

/** Fills the repositories of a new instance: the template, with the first images pinned by digest. */
export async function fillRepositories(options: RepositoryOptions, context: InstanceContext): Promise<void> {
  const { environments, platform, registry } = options;
  const images = await Promise.all(
    SERVICES.map((service) => pushVersionImage({ registry, service, tag: FIRST_TAG }, context.signal)),
  );
  await pushVersionImage({ registry, service: 'stoa-smoke', tag: FIRST_TAG }, context.signal);
  const files = new Map(await readTemplate(templateDirectory('stoa-envs'), { repository: environments, registry }));
  for (const [path, text] of files)
    if (/^envs\/[^/]+\/kustomization\.yaml$/.test(path)) files.set(path, bumpImages(text, images));
  await fill(environments, { name: 'seed-envs.git', files, refs: PROTECTED_REFS, options, context });
  const source = await readTemplate(templateDirectory('stoa-platform'), { repository: environments, registry });
  await fill(platform, { name: 'seed-platform.git', files: source, refs: [], options, context });
}

interface Fill {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  readonly refs: readonly string[];
  readonly options: RepositoryOptions;
  readonly context: InstanceContext;
}

async function fill(url: string, { name, files, refs, options, context }: Fill): Promise<void> {
  const { data, clock, signal, logger } = context;
  const credentials = { username: BOT_USER, password: options.machines.bot };
  await using mirror = await openMirror({
    url,
    directory: data.at('cache', name),
    credentials,
    fetch: networkFetch,
    logger,
  });
  await seedRepository(mirror, { files, refs }, { clock, signal });
}
