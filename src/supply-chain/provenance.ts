import { z } from 'zod';
import type { ProvenanceRule } from './artefact-policy.ts';
import type { Statement } from './statement.ts';
import type { BuildSource, Failure } from './verdict.ts';

export const SLSA_V1 = 'https://slsa.dev/provenance/v1';
export const SLSA_V02 = 'https://slsa.dev/provenance/v0.2';

const text = z.string().max(2048);
const digests = z.record(z.string(), text);

const v1 = z.object({
  buildDefinition: z.object({
    externalParameters: z.record(z.string(), z.unknown()),
    resolvedDependencies: z
      .array(z.object({ uri: text.exactOptional(), digest: digests.exactOptional() }))
      .max(10_000)
      .default([]),
  }),
  runDetails: z.object({
    builder: z.object({ id: text }),
    metadata: z.object({ startedOn: text.exactOptional(), finishedOn: text.exactOptional() }).exactOptional(),
  }),
});

const v02 = z.object({
  builder: z.object({ id: text }),
  invocation: z.object({
    configSource: z.object({ uri: text.exactOptional(), digest: digests.exactOptional() }),
  }),
  metadata: z.object({ buildStartedOn: text.exactOptional(), buildFinishedOn: text.exactOptional() }).exactOptional(),
});

/**
 * Where GitHub and `stoa-cd ci` name the source among the parameters of a build. Variables of a GitLab job are not among
 * them: who starts a pipeline may set them, those of the commit included.
 */
const parameters = z.object({
  workflow: z.object({ repository: text, ref: text }).optional(),
  source: z.union([text, z.object({ uri: text, ref: text.optional() })]).optional(),
  ref: text.optional(),
});

/** The facts of a provenance, version 1 or 0.2. @throws Error when it has not the shape of one */
export function readProvenance({ predicateType, predicate }: Statement): BuildSource {
  return predicateType === SLSA_V02 ? readV02(v02.parse(predicate)) : readV1(v1.parse(predicate));
}

function readV1({ buildDefinition, runDetails }: z.infer<typeof v1>): BuildSource {
  const { externalParameters, resolvedDependencies } = buildDefinition;
  const source = sourceOf(parameters.parse(externalParameters));
  // The source is what the build was told to build. Other dependencies of the same build do not count as it.
  const dependency = resolvedDependencies.find(({ uri }) => splitUri(uri ?? '').repository === source.repository);
  return {
    builder: runDetails.builder.id,
    repository: source.repository,
    ref: source.ref || splitUri(dependency?.uri ?? '').ref,
    commit: commitOf(dependency?.digest),
    builtAt: timeOf(runDetails.metadata?.finishedOn ?? runDetails.metadata?.startedOn),
  };
}

function readV02({ builder, invocation, metadata }: z.infer<typeof v02>): BuildSource {
  const { uri = '', digest } = invocation.configSource;
  const { repository, ref } = splitUri(uri);
  return {
    builder: builder.id,
    repository,
    ref,
    commit: commitOf(digest),
    builtAt: timeOf(metadata?.buildFinishedOn ?? metadata?.buildStartedOn),
  };
}

type Parameters = z.infer<typeof parameters>;

function sourceOf(told: Parameters): { readonly repository: string; readonly ref: string } {
  const { workflow, source } = told;
  if (workflow !== undefined) return { repository: splitUri(workflow.repository).repository, ref: workflow.ref };
  const uri = typeof source === 'string' ? source : (source?.uri ?? '');
  const split = splitUri(uri);
  const named = typeof source === 'object' ? source.ref : undefined;
  return { repository: split.repository, ref: named ?? (split.ref || (told.ref ?? '')) };
}

/** `git+https://host/project.git@refs/heads/main` taken apart. */
function splitUri(uri: string): { readonly repository: string; readonly ref: string } {
  const plain = uri.replace(/^git\+/, '');
  const at = plain.lastIndexOf('@refs/');
  const repository = at < 0 ? plain : plain.slice(0, at);
  return { repository: normal(repository), ref: at < 0 ? '' : plain.slice(at + 1) };
}

function normal(repository: string): string {
  return repository.replace(/\/$/, '').replace(/\.git$/, '');
}

/** GitLab writes the commit under `sha256`, whatever its length. */
function commitOf(digest: Readonly<Record<string, string>> | undefined): string {
  return digest?.['gitCommit'] ?? digest?.['sha1'] ?? digest?.['sha256'] ?? '';
}

function timeOf(value: string | undefined): string {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** Why a build is not the one that the policy asks for; `undefined` when it is. */
export function judgeProvenance(source: BuildSource, rule: ProvenanceRule): Failure | undefined {
  const { builder, repository, ref, commit } = source;
  if (!rule.builder.matches(builder))
    return { code: 'OTHER_BUILDER', reason: `it was built by ${shown(builder)}, not by ${rule.builder.text}` };
  if (repository !== normal(rule.sourceRepository))
    return {
      code: 'OTHER_SOURCE',
      reason: `it was built from ${shown(repository)}, not from ${rule.sourceRepository}`,
    };
  if (!rule.refs.some((allowed) => allowed.matches(ref)))
    return {
      code: 'OTHER_REF',
      reason: `it was built from ${shown(ref)}, not from ${rule.refs.map((allowed) => allowed.text).join(' or ')}`,
    };
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
    return { code: 'OTHER_COMMIT', reason: 'its provenance names no commit' };
  if (rule.commit !== undefined && rule.commit !== commit)
    return { code: 'OTHER_COMMIT', reason: `it was built from commit ${commit}, not from ${rule.commit}` };
  return undefined;
}

function shown(value: string): string {
  return value === '' ? 'an unnamed place' : value.slice(0, 200);
}
