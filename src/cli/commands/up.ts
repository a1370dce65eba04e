import { resolve } from 'node:path';
import { UsageError, randomIds, systemClock } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import type { Remote } from '../../git/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { parseInteger } from '../program.ts';
import { Progress } from '../terminal/progress.ts';
import { formatTable } from '../terminal/terminal.ts';
import { startInstance } from '../wire/instance.ts';
import type { Instance } from '../wire/instance.ts';
import { instanceLogger } from '../wire/log.ts';
import { DATA } from './options.ts';

export const up: Command = {
  name: 'up',
  summary: 'start the whole loop on this machine',
  description:
    'Four embedded Kubernetes APIs, a forge, an image registry, an identity provider and the page, in one process and on ' +
    '127.0.0.1. State is kept in the data directory and survives a restart. Prints one line of JSON with `--output json`.',
  options: [
    DATA,
    {
      name: 'port',
      value: 'N',
      description: 'first of eight ports, 0 for free ones (kept from the first start on; 8480 by default)',
    },
    { name: 'scenario', value: 'FILE', description: 'how the simulated workloads behave' },
    {
      name: 'evidence-copy',
      value: 'URL',
      description:
        'Git repository elsewhere that gets a copy of the ledger; STOA_CD_EVIDENCE_USER and STOA_CD_EVIDENCE_PASSWORD sign in there',
    },
  ],
  examples: ['stoa-cd up', 'stoa-cd up --data /tmp/try --port 0 --output json'],
  async run(input, context) {
    const { terminal, signal, output } = context;
    await using instance = await start(input, context);
    if (output === 'json') terminal.out(JSON.stringify(addresses(instance)));
    else terminal.out(summary(instance));
    await stopped(signal);
    terminal.err('Stopping');
    return 0;
  },
};

async function start({ options }: Input, { terminal, cwd, env, signal }: CommandContext): Promise<Instance> {
  const directory = resolve(cwd, options['data'] ?? '.stoa-cd');
  using progress = new Progress(terminal);
  return await progress.step('Starting', (tell) =>
    startInstance({
      directory,
      clock: systemClock,
      ids: randomIds,
      log: (path) => instanceLogger(path, env['STOA_CD_LOG']),
      tell,
      signal,
      ...(options['port'] === undefined ? {} : { port: parseInteger(options['port'], 'port', [0, 65_000]) }),
      ...evidenceCopy(options['evidence-copy'], env),
      ...(options['scenario'] === undefined ? {} : { scenarioFile: resolve(cwd, options['scenario']) }),
    }),
  );
}

function evidenceCopy(
  url: string | undefined,
  { STOA_CD_EVIDENCE_USER: username, STOA_CD_EVIDENCE_PASSWORD: password }: CommandContext['env'],
): { readonly evidenceCopy?: Remote } {
  if (url === undefined) return {};
  if (!URL.canParse(url)) throw new UsageError(`Cannot copy the ledger to ${url}: give an http, https or file URL`);
  if (username === undefined || password === undefined) return { evidenceCopy: { url } };
  return { evidenceCopy: { url, credentials: { username, password } } };
}

/** Waits for the signal; the servers keep the process alive. */
function stopped(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  return promise;
}

function addresses({ addresses: { page, forge, registry, clusters, users } }: Instance): JsonObject {
  return { page, forge, registry, clusters, users };
}

function summary({ addresses: { page, forge, registry, clusters, users } }: Instance): string {
  const rows = [
    ['page', page],
    ['forge', forge],
    ['registry', registry],
    ...Object.entries(clusters).map(([name, { kubeconfig }]) => [name, `kubectl --kubeconfig ${kubeconfig}`]),
  ];
  const people = users.map(({ name, password, groups }) => [`  ${name}`, password, groups.join(', ')]);
  return [formatTable(rows), '', 'Sign in as:', formatTable(people), '', 'Press Ctrl-C to stop.'].join('\n');
}
