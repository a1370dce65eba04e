import { z } from 'zod';
import { toJson } from '../core/index.ts';
import { EvidenceError } from './errors.ts';
import {
  ADOPTION,
  APPROVAL,
  ARTEFACT,
  BREAK_GLASS,
  DEPLOY_REQUEST,
  FREEZE,
  GATE,
  KPI_PERIOD,
  MERGE,
  MERGE_REQUEST,
  QUARANTINE,
  REFUSAL,
  adoptionSchema,
  approvalSchema,
  artefactSchema,
  breakGlassSchema,
  deployRequestSchema,
  freezeSchema,
  gateSchema,
  kpiPeriodSchema,
  mergeRequestSchema,
  mergeSchema,
  quarantineSchema,
  refusalSchema,
} from './facts.ts';
import type { Fact, Subject } from './statement.ts';

/**
 * Makes the fact to append. The same input always gives the same id, so that recording again after a crash changes nothing.
 * @throws EvidenceError `INVALID_FACT` naming the field that is wrong
 */
export type FactOf<T> = (fact: T) => Fact;

interface Kind<T extends object> {
  readonly predicateType: string;
  readonly schema: z.ZodType<T>;
  /** What makes it this fact and no other, most general first. */
  readonly key: (fact: T) => readonly string[];
  readonly subject: (fact: T) => Subject;
}

function kind<T extends object>({ predicateType, schema, key, subject }: Kind<T>): FactOf<T> {
  const word = predicateType.split('/').at(-2) ?? predicateType;
  return (fact) => {
    const { data, error } = schema.safeParse(fact);
    if (error !== undefined)
      throw new EvidenceError('INVALID_FACT', `Cannot record a ${word}: ${z.prettifyError(error)}`, { cause: error });
    // Through JSON, as it will be read: what is undefined is left out.
    const predicate = toJson(data);
    return { id: [word, ...key(data)].join('/'), predicateType, subject: [subject(data)], predicate };
  };
}

export const mergeRequestFact = kind({
  predicateType: MERGE_REQUEST,
  schema: mergeRequestSchema,
  key: ({ promotion }) => [promotion],
  subject: atCommit,
});

export const approvalFact = kind({
  predicateType: APPROVAL,
  schema: approvalSchema,
  key: ({ promotion, sha, actor }) => [promotion, sha, actor],
  subject: atCommit,
});

export const refusalFact = kind({
  predicateType: REFUSAL,
  schema: refusalSchema,
  key: ({ about, outcome }) => [about, outcome],
  subject: ({ about }) => named(about),
});

export const mergeFact = kind({
  predicateType: MERGE,
  schema: mergeSchema,
  key: ({ promotion }) => [promotion],
  subject: ({ mergeRequest, mergeCommit }) => gitObject(mergeRequest, mergeCommit),
});

/** A gate may fail and pass later: each verdict is a fact, told apart by its time. */
export const gateFact = kind({
  predicateType: GATE,
  schema: gateSchema,
  key: ({ promotion, gate, state, at }) => [promotion, gate, state, at],
  subject: ({ mergeRequest }) => named(mergeRequest),
});

export const deployRequestFact = kind({
  predicateType: DEPLOY_REQUEST,
  schema: deployRequestSchema,
  key: ({ promotion }) => [promotion],
  subject: ({ mergeRequest, commit }) => gitObject(mergeRequest, commit),
});

export const quarantineFact = kind({
  predicateType: QUARANTINE,
  schema: quarantineSchema,
  key: ({ digest, lifted, at }) => [digest, lifted ? 'lifted' : 'set', at],
  subject: image,
});

export const breakGlassFact = kind({
  predicateType: BREAK_GLASS,
  schema: breakGlassSchema,
  key: ({ incident, review }) => [incident, review],
  subject: ({ incident }) => named(incident),
});

export const freezeFact = kind({
  predicateType: FREEZE,
  schema: freezeSchema,
  key: ({ name, state, at }) => [name, state, at],
  subject: ({ name }) => named(name),
});

/** One verdict for each stage that an artefact passes in a promotion. */
export const artefactFact = kind({
  predicateType: ARTEFACT,
  schema: artefactSchema,
  key: ({ about, stage, digest, verdict }) => [about, stage, digest, verdict],
  subject: image,
});

/** Once for each service in each place. */
export const adoptionFact = kind({
  predicateType: ADOPTION,
  schema: adoptionSchema,
  key: ({ cluster, application, service }) => [cluster, application, service ?? ''],
  subject: ({ application, commit }) => gitObject(application, commit),
});

export const kpiPeriodFact = kind({
  predicateType: KPI_PERIOD,
  schema: kpiPeriodSchema,
  key: ({ from, to, service, environment }) => [from, to, service ?? '', environment ?? ''],
  subject: ({ from, to, head }) => ({ name: `${from}/${to}`, digest: { sha256: head } }),
});

function image({ repository, digest }: { readonly repository: string; readonly digest: string }): Subject {
  return { name: repository, digest: { sha256: digest.slice('sha256:'.length) } };
}

function atCommit({ mergeRequest, sha }: { readonly mergeRequest: string; readonly sha: string }): Subject {
  return gitObject(mergeRequest, sha);
}

function gitObject(name: string, commit: string): Subject {
  return { name, digest: { gitCommit: commit } };
}

/** A subject that is no content: it is known by its name alone. */
function named(name: string): Subject {
  return { name, digest: {} };
}
