import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { UsageError, messageOf, systemClock, toJson } from '../../core/index.ts';
import {
  ArtefactPolicyError,
  RegistryError,
  createOciClient,
  parseReference,
  readArtefactPolicy,
  verifyArtefact,
} from '../../supply-chain/index.ts';
import type { ArtefactPolicy, ArtefactVerdict, ImageReference } from '../../supply-chain/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { readOptional } from '../wire/data-directory.ts';
import { networkFetch } from '../wire/network.ts';
import { registryCredentials } from './ci.ts';
import { DATA } from './options.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'say whether an image is signed and attested as the policy asks',
  description:
    'Prints the verdict that the gates of a promotion would reach, check by check. With --policy by an ArtefactPolicy; ' +
    'without one only the signature is looked at, by --key. Exits 0 when the image is verified, 1 when it is not. A reference ' +
    'by tag is verified as the digest that the tag stands for now.',
  args: [{ name: 'image', description: 'image, for instance registry.example.com/stoa/stoa-gateway@sha256:…' }],
  options: [
    { name: 'policy', value: 'FILE', description: 'ArtefactPolicy; files that it names are read from its repository' },
    {
      name: 'key',
      value: 'FILE',
      description: 'public key to trust, PEM; artefact.pub.pem of the data directory by default',
    },
    { name: 'environment', value: 'NAME', description: 'environment the image is to go to' },
    { name: 'commit', value: 'SHA', description: 'source commit that the image must be built from' },
    DATA,
  ],
  examples: [
    'stoa-cd verify registry.example.com/stoa/stoa-gateway@sha256:4f53… --policy policy/artefacts.yaml',
    'stoa-cd verify registry.example.com/stoa/stoa-gateway:1.2.0 --key cosign.pub',
  ],
  async run(input, context) {
    const { environment, commit } = input.options;
    const { env, signal, terminal, output } = context;
    const reference = readReference(input.args['image'] ?? '');
    const policy = await readPolicy(reference, input, context);
    const client = createOciClient({ fetch: networkFetch, ...registryCredentials(env) });
    const verdict = await verifyArtefact(reference, policy, {
      client,
      clock: systemClock,
      signal,
      ...(environment === undefined ? {} : { environment }),
      ...(commit === undefined ? {} : { commit }),
    });
    terminal.out(render(toJson(verdict), output, () => describe(verdict)));
    return verdict.verified ? 0 : 1;
  },
};

function readReference(text: string): ImageReference {
  try {
    return parseReference(text);
  } catch (error) {
    throw error instanceof RegistryError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function readPolicy(
  reference: ImageReference,
  { options }: Input,
  context: CommandContext,
): Promise<ArtefactPolicy> {
  const { policy: name, key } = options;
  if (name !== undefined && key !== undefined)
    throw new UsageError('Cannot use --key with --policy: the policy names its keys');
  try {
    if (name === undefined) return readArtefactPolicy(await policyOfKey(reference, options, context));
    const file = resolve(context.cwd, name);
    const text = await readOptional(file);
    if (text === undefined) throw new UsageError(`Cannot find the policy ${name}`);
    return readArtefactPolicy(text, (path) => readBeside(rootOf(dirname(file)), path));
  } catch (error) {
    throw error instanceof ArtefactPolicyError ? new UsageError(error.message, { cause: error }) : error;
  }
}

/** JSON is YAML: a policy that asks for the signature of one key, for this repository of images. */
async function policyOfKey(
  { registry, repository }: ImageReference,
  options: Input['options'],
  { cwd }: CommandContext,
): Promise<string> {
  const file =
    options['key'] === undefined
      ? join(resolve(cwd, options['data'] ?? '.stoa-cd'), 'artefact.pub.pem')
      : resolve(cwd, options['key']);
  const publicKey = await readOptional(file);
  if (publicKey === undefined)
    throw new UsageError(`Cannot find the public key ${file}: name it with --key, or a policy with --policy`);
  return JSON.stringify({
    apiVersion: 'delivery.stoa.dev/v1alpha1',
    kind: 'ArtefactPolicy',
    metadata: { name: 'key' },
    spec: {
      keys: [{ name: 'trusted', publicKey }],
      images: [{ repository: `${registry}/${repository}`, signedBy: [{ key: 'trusted' }] }],
    },
  });
}

/** The Git repository that holds the policy; outside of one its folder. */
function rootOf(folder: string, from = folder): string {
  if (existsSync(join(folder, '.git'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? from : rootOf(parent, from);
}

function readBeside(root: string, path: string): string | undefined {
  const file = resolve(root, path);
  if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`Cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function describe({ image, digest, verified, enforced, checks, checkedAt, policy }: ArtefactVerdict): string {
  const rows = checks.map(({ check, ok, code, reason }) => [check, ok ? 'passed' : code, reason]);
  const advice = verified || enforced ? '' : ' (not enforced in this environment)';
  return [
    formatTable([['CHECK', 'RESULT', 'REASON'], ...rows]),
    '',
    `${image} is ${verified ? 'verified' : `NOT verified${advice}`}: ${digest || 'no digest'}, policy ${policy.name}, ${checkedAt}`,
  ].join('\n');
}
