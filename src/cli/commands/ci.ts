import { resolve } from 'node:path';
import { UsageError, systemClock } from '../../core/index.ts';
import { buildImage, createArtefactSigner, createOciClient } from '../../supply-chain/index.ts';
import type { ArtefactSigner, OciClientOptions, SignatureLayout } from '../../supply-chain/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { render } from '../terminal/terminal.ts';
import { artefactSigner } from '../wire/artefact-key.ts';
import { readOptional } from '../wire/data-directory.ts';
import { LOCAL_BUILDER } from '../wire/images.ts';
import { readInstance } from '../wire/instance-file.ts';
import { networkFetch } from '../wire/network.ts';
import { DATA } from './options.ts';
import { readSource } from './service-source.ts';

const SERVICE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

type Environment = CommandContext['env'];

export const ci: Command = {
  name: 'ci',
  summary: 'build, sign and push the image of a service',
  description:
    'What a job of CI does before it calls stoa-cd release: an OCI image with the files of the service at one commit (no ' +
    'container runtime, no Dockerfile: the same commit gives the same digest), a CycloneDX bill of materials, SLSA provenance ' +
    'and a signature, in the layout of Cosign. Source, ref, registry and builder come from the variables of GitLab CI where ' +
    'they are set. It needs the registry and nothing else: no cluster, no server of stoa-cd.',
  args: [{ name: 'service', description: 'service to build' }],
  options: [
    { name: 'source', value: 'DIR', description: 'Git repository of the source, a folder or a URL', default: '.' },
    { name: 'commit', value: 'REV', description: 'what to build; CI_COMMIT_SHA by default, else HEAD' },
    {
      name: 'path',
      value: 'PATH',
      description: 'folder of the service in the repository; services/SERVICE by default',
    },
    {
      name: 'source-repository',
      value: 'URL',
      description: 'address that the provenance names; CI_PROJECT_URL by default, else the origin of the repository',
    },
    {
      name: 'ref',
      value: 'REF',
      description: 'ref that the provenance names; that of GitLab CI by default, else a branch at the commit',
    },
    {
      name: 'registry',
      value: 'HOST',
      description: 'registry to push to; CI_REGISTRY by default, else that of the standalone instance',
    },
    { name: 'repository', value: 'PATH', description: 'repository of the image; stoa/SERVICE by default' },
    { name: 'tag', value: 'TAG', description: 'tag of the image; the first 12 digits of the commit by default' },
    {
      name: 'builder',
      value: 'URL',
      description: `who builds, as a policy pins it; the runner of GitLab CI by default, else ${LOCAL_BUILDER}`,
    },
    {
      name: 'key',
      value: 'FILE',
      description:
        'private key to sign with, PEM; artefact.pem of the data directory by default, made where it is missing',
    },
    {
      name: 'layout',
      value: 'LAYOUT',
      description: 'where signatures are kept',
      default: 'tags',
      choices: ['tags', 'referrers'],
    },
    DATA,
  ],
  examples: ['stoa-cd ci stoa-gateway --source ../stoa-platform', 'stoa-cd ci stoa-gateway --output json'],
  async run(input, context) {
    const { options } = input;
    const { env, signal, terminal, output } = context;
    const service = input.args['service'] ?? '';
    if (!SERVICE.test(service))
      throw new UsageError(`Cannot build ${JSON.stringify(service)}: it is no name of a service`);
    const source = await readSource(service, input, context);
    const registry = options['registry'] ?? env['CI_REGISTRY'] ?? (await localRegistry(input, context));
    const repository = options['repository'] ?? `stoa/${service}`;
    const tag = options['tag'] ?? source.commit.slice(0, 12);
    const builder = options['builder'] ?? builderOf(env);
    const client = createOciClient({ fetch: networkFetch, ...registryCredentials(env) });
    const signer = await readSigner(input, context);
    const layout: SignatureLayout = options['layout'] === 'referrers' ? 'referrers' : 'tags';
    const invocation = env['CI_JOB_URL'] ?? `${builder}/${source.commit}`;
    const build = { source, registry, repository, tag, builder, invocation };
    const built = await buildImage(build, { client, signer, layout, clock: systemClock, signal });
    const { ref, commit, repository: sourceRepository } = source;
    const image = `${registry}/${repository}:${tag}@${built.digest}`;
    const result = {
      service,
      image,
      digest: built.digest,
      commit,
      ref,
      sourceRepository,
      builder,
      components: built.components,
    };
    const text = (): string =>
      [
        `Built ${service} from ${ref}: signed, with its provenance and the ${built.components} files that it is made of.`,
        `stoa-cd release ${service} ${image} --commit ${commit}`,
      ].join('\n');
    terminal.out(render(result, output, text));
    return 0;
  },
};

/** Credentials of the registry, from the variables that GitLab CI sets. */
export function registryCredentials(env: Environment): Pick<OciClientOptions, 'credentials'> {
  const username = env['CI_REGISTRY_USER'];
  const password = env['CI_REGISTRY_PASSWORD'];
  return username === undefined || password === undefined ? {} : { credentials: { username, password } };
}

async function localRegistry({ options }: Input, { cwd }: CommandContext): Promise<string> {
  return new URL((await readInstance(resolve(cwd, options['data'] ?? '.stoa-cd'))).registry).host;
}

function builderOf(env: Environment): string {
  const { CI_PROJECT_URL: project, CI_RUNNER_ID: runner } = env;
  return project === undefined || runner === undefined ? LOCAL_BUILDER : `${project}/-/runners/${runner}`;
}

async function readSigner({ options }: Input, { cwd }: CommandContext): Promise<ArtefactSigner> {
  const given = options['key'];
  if (given !== undefined) {
    const pem = await readOptional(resolve(cwd, given));
    if (pem === undefined) throw new UsageError(`Cannot find the signing key ${given}`);
    return createArtefactSigner(pem);
  }
  return artefactSigner(resolve(cwd, options['data'] ?? '.stoa-cd'));
}
