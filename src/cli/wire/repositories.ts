import { openMirror } from '../../git/index.ts';
import { bumpImages } from '../../promotion/index.ts';
import type { InstanceContext } from './context.ts';
import { artefactSigner } from './artefact-key.ts';
import { SERVICES, SMOKE_TEST, buildVersion } from './images.ts';
import { BOT_USER } from './machines.ts';
import type { Machines } from './machines.ts';
import { networkFetch } from './network.ts';
import { seedRepository } from './seed.ts';
import type { SeedContent } from './seed.ts';
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

/** Fills the repositories of a new instance: the templates, with the first images built from one and pinned in the other. */
export async function fillRepositories(options: RepositoryOptions, context: InstanceContext): Promise<void> {
  const { environments, platform, registry } = options;
  const values = { repository: environments, source: platform, registry };
  const sources = { files: async () => readTemplate(templateDirectory('stoa-platform'), values), refs: [] };
  const commit = await fill(platform, { name: 'seed-platform.git', ...sources }, { options, context });
  const files = async (): Promise<ReadonlyMap<string, string>> => {
    const template = new Map(await readTemplate(templateDirectory('stoa-envs'), values));
    const signer = await artefactSigner(context.data.path);
    template.set('policy/ci.pub.pem', signer.publicKeyPem);
    const { clock, signal } = context;
    const build = { registry, tag: FIRST_TAG, repository: platform, commit, committedAt: 0 };
    const [smokeTest, ...images] = await Promise.all(
      [SMOKE_TEST, ...SERVICES].map((service) => buildVersion({ ...build, service }, { signer, clock, signal })),
    );
    const smokeImage = `${registry}/stoa/${SMOKE_TEST}:${FIRST_TAG}`;
    for (const [path, text] of template) {
      if (/^envs\/[^/]+\/kustomization\.yaml$/.test(path)) template.set(path, bumpImages(text, images));
      if (path.startsWith('argocd/pipelines/'))
        template.set(path, text.replace(smokeImage, `${smokeImage}@${smokeTest?.digest ?? ''}`));
    }
    return template;
  };
  await fill(environments, { name: 'seed-envs.git', files, refs: PROTECTED_REFS }, { options, context });
}

interface Fill extends SeedContent {
  /** Folder of the clone. */
  readonly name: string;
}

/** @returns the head of `main` */
async function fill(
  url: string,
  { name, ...content }: Fill,
  { options, context }: { readonly options: RepositoryOptions; readonly context: InstanceContext },
): Promise<string> {
  const { data, clock, signal, logger } = context;
  const credentials = { username: BOT_USER, password: options.machines.bot };
  await using mirror = await openMirror({
    url,
    directory: data.at('cache', name),
    credentials,
    fetch: networkFetch,
    logger,
  });
  return await seedRepository(mirror, content, { clock, signal });
}
