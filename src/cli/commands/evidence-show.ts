import { RefusedError, isJsonObject, toJson } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { adoptions, readRecords, trace } from '../../evidence/index.ts';
import type {
  AdoptionFact,
  DeploymentTrace,
  LedgerRecord,
  RunningPod,
  StandingAdoption,
  TraceOf,
} from '../../evidence/index.ts';
import type { Command, CommandContext, Input } from '../command.ts';
import { formatTable, render } from '../terminal/terminal.ts';
import { instanceOf } from './acting.ts';
import { findPod, runningPods } from './evidence-pods.ts';
import { REPOSITORY, withLedger } from './ledger.ts';
import { DATA } from './options.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const COMMIT = /^[0-9a-f]{7,40}$/;
const POD = /^(pod\/[^/]+|[^/]+\/[^/]+\/[^/]+)$/;

export const evidenceShow: Command = {
  name: 'evidence show',
  summary: 'trace a pod, a digest or a commit, or print the records that name something',
  description:
    'From a running pod or a digest to the commit, its author, the merge request, approvers, gates and times; from a ' +
    'commit to where it ran and runs. Anything else (a release, a service, an environment) lists the records that name it.',
  args: [
    {
      name: 'subject',
      description: 'CLUSTER/NAMESPACE/POD, pod/NAME, a digest, a commit, or another text; every record when left out',
      required: false,
    },
  ],
  options: [REPOSITORY, DATA],
  examples: [
    'stoa-cd evidence show prod/stoa/stoa-gateway-6d5f7c9b8-x2x7k',
    'stoa-cd evidence show sha256:4f53… --output json',
    'stoa-cd evidence show 1a2b3c4',
    'stoa-cd evidence show prod',
  ],
  async run(input, context) {
    const text = input.args['subject'] ?? '';
    const traced = POD.test(text) || DIGEST.test(text) || COMMIT.test(text);
    return traced ? showTrace(text, input, context) : showRecords(text, input, context);
  },
};

async function showRecords(text: string, input: Input, context: CommandContext): Promise<number> {
  const records = await withLedger(input, context, (mirror) => readRecords(mirror));
  const found = records.filter((record) => mentions(record.predicate, text) || record.id === text);
  context.terminal.out(render(found.map(recordJson), context.output, () => formatTable([HEAD, ...found.map(row)])));
  return 0;
}

async function showTrace(text: string, input: Input, context: CommandContext): Promise<number> {
  const pods = await podsIfReachable(text, input, context);
  const of = startOf(text, pods);
  const records = await withLedger(input, context, (mirror) => readRecords(mirror));
  const found = trace(records, of);
  const digests = new Set('digests' in of ? of.digests : found.flatMap(({ fact }) => fact.images.map(digestOf)));
  const running = pods?.filter(({ containers }) => containers.some(({ digest = '' }) => digests.has(digest)));
  const runs = running?.map(({ cluster, namespace, name }) => `${cluster}/${namespace}/${name}`) ?? null;
  const taken = adoptions(records).filter(({ fact }) => isAdopted(fact, digests, of));
  const adopted = taken.map(({ record, fact, standing }) => ({ sequence: record.sequence, standing, fact }));
  const value = {
    subject: text,
    digests: [...digests],
    runs,
    deployments: found.map(traceJson),
    adopted: toJson(adopted),
  };
  context.terminal.out(
    render(value, context.output, () =>
      [traceText(text, { found, runs, known: taken.length > 0 }), ...taken.map(adoptionText)].join('\n'),
    ),
  );
  return found.length + taken.length === 0 ? 1 : 0;
}

function isAdopted({ images, cluster }: AdoptionFact, digests: ReadonlySet<string>, of: TraceOf): boolean {
  const where = 'commit' in of ? undefined : of.cluster;
  const here = where === undefined || where === cluster;
  return here && images.some(({ digest }) => digests.has(digest));
}

function adoptionText({ record, fact, standing }: StandingAdoption): string {
  const images = fact.images.map(({ repository, tag, digest, verified, reason }) => [
    ...['  image', `${repository}:${tag}@${digest}, ${verified ? 'verified' : 'not verified'}: ${reason}`],
  ]);
  const title = `Record ${record.sequence}: ${fact.service ?? ''} in ${fact.environment ?? ''}, taken over as it ran, ${standing}`;
  const where = `${fact.commit} of the environments, Application ${fact.application} in ${fact.cluster}`;
  return ['', title, formatTable([...images, ['  runs commit', where], ['  since', `before ${fact.at}`]])].join('\n');
}

/** `undefined` where a ledger is read without the instance that wrote it, so that there is no cluster to ask. */
async function podsIfReachable(
  text: string,
  input: Input,
  context: CommandContext,
): Promise<readonly RunningPod[] | undefined> {
  const needed = POD.test(text) || input.options['repository'] === undefined;
  const instance = await instanceOf(input, context).catch((error: unknown) => {
    if (error instanceof RefusedError && !needed) return undefined;
    throw error;
  });
  return instance === undefined ? undefined : runningPods(instance, context.signal);
}

function startOf(text: string, pods: readonly RunningPod[] | undefined): TraceOf {
  if (COMMIT.test(text)) return { commit: text };
  if (DIGEST.test(text)) return { digests: [text] };
  const { cluster, containers } = findPod(text, pods ?? []);
  return { cluster, digests: containers.flatMap(({ digest }) => (digest === undefined ? [] : [digest])) };
}

function digestOf({ digest }: { readonly digest: string }): string {
  return digest;
}

function traceJson({ fact, steps, ...rest }: DeploymentTrace): JsonObject {
  return { ...rest, fact: { ...fact }, steps: steps.map((step) => ({ ...step })) };
}

interface Traced {
  readonly found: readonly DeploymentTrace[];
  readonly runs: readonly string[] | null;
  /** Something else than a deployment is known. */
  readonly known: boolean;
}

function traceText(text: string, { found, runs, known }: Traced): string {
  const where = runs === null ? 'the clusters were not asked' : runs.length === 0 ? 'nowhere' : runs.join(', ');
  const none = known ? `${text}: never deployed by a promotion.` : `The ledger knows nothing of ${text}.`;
  const first = found.length === 0 ? none : `${text}: ${found.length} deployments.`;
  return [first, `Runs now: ${where}`, ...found.map(deploymentText)].join('\n');
}

function deploymentText({ sequence, hash, standing, fact, steps }: DeploymentTrace): string {
  const lines: readonly (readonly string[])[] = [
    ['  images', fact.images.map(({ repository, tag, digest }) => `${repository}:${tag}@${digest}`).join(' ')],
    ['  commit', `${fact.commit} by ${fact.author}, ${fact.committedAt}`],
    ['  merge request', fact.mergeRequest],
    ['  asked for by', fact.requestedBy],
    ['  approved by', fact.approvers.join(', ') || '–'],
    ['  merged by', `${fact.mergedBy}, ${fact.mergedAt}`],
    ['  deployed by', `${fact.deployedBy}, ${fact.deployedAt}`],
    ['  runs commit', `${fact.approvedCommit} of the environments, Application ${fact.application} in ${fact.cluster}`],
    ['  times', `opened ${fact.openedAt}, finished ${fact.finishedAt}`],
    ...fact.gates.map(({ name, state, reason, at }) => ['  gate', `${name} ${state}, ${at}: ${reason}`]),
    ...steps.map(({ sequence: number, at, what, actor, detail }) => [
      ...['  record', `${number} ${what} ${at} ${actor} ${detail}`.trimEnd()],
    ]),
  ];
  const title = `Record ${sequence}: ${fact.service} ${fact.release} in ${fact.environment}, ${fact.result}, ${standing}`;
  return ['', title, formatTable([...lines, ['  hash', hash]])].join('\n');
}

const HEAD = ['#', 'TIME', 'WHAT', 'SERVICE', 'ENVIRONMENT', 'RESULT', 'BY'];

function row({ sequence, at, predicateType, predicate }: LedgerRecord): readonly string[] {
  const field = (key: string): string => (typeof predicate[key] === 'string' ? predicate[key] : '');
  // Each kind of fact calls it by its own name.
  const first = (...keys: readonly string[]): string => keys.map(field).find((text) => text !== '') ?? '';
  const what = predicateType.split('/').at(-2) ?? predicateType;
  return [
    String(sequence),
    new Date(at).toISOString(),
    what,
    field('service'),
    field('environment'),
    first('result', 'verdict', 'state', 'outcome'),
    first('deployedBy', 'actor'),
  ];
}

function recordJson({ id, sequence, previous, at, hash, predicateType, subject, predicate }: LedgerRecord): JsonValue {
  const subjects = subject.map(({ name, digest }) => ({ name, digest: { ...digest } }));
  return {
    sequence,
    id,
    time: new Date(at).toISOString(),
    predicateType,
    subject: subjects,
    predicate,
    previous,
    hash,
  };
}

function mentions(value: JsonValue, text: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, text));
  if (isJsonObject(value)) return Object.values(value).some((item) => mentions(item, text));
  return typeof value === 'string' && (text === '' || value === text || (text.length >= 7 && value.startsWith(text)));
}
