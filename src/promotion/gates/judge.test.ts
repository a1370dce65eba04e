import { describe, expect, it } from 'vitest';
import type { MergeRequest } from '../../forge/index.ts';
import type { Freeze, PipelineEnvironment, Promotion, PromotionSpec, PromotionStatus, Quarantine } from '../kinds.ts';
import type { Proposal } from '../proposal.ts';
import { judge } from './judge.ts';
import type { Evidence, Verdict } from './verdict.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z'); // A Monday.
const DIGEST = `sha256:${'a'.repeat(64)}`;
const API = { apiVersion: 'delivery.stoa.dev/v1alpha1' } as const;

const staging: PipelineEnvironment = {
  ...{ name: 'staging', path: 'envs/staging', application: 'staging', ref: 'approved/staging', sync: 'auto' },
};
const prod: PipelineEnvironment = {
  ...{ name: 'prod', path: 'envs/prod', application: 'prod', ref: 'approved/prod', sync: 'manual' },
  approvals: { quorum: 1, groups: ['approvers'] },
  deployers: ['deployers'],
  breakGlass: { groups: ['oncall'], validFor: '1h' },
};

const mergeRequest: MergeRequest = {
  ...{ iid: 3, title: 'Promote', description: '', state: 'opened', sourceBranch: 'promote/prod/web-1' },
  ...{ targetBranch: 'main', sha: 'head', author: 'alice', labels: [], webUrl: '', mergeable: true },
  ...{ createdAt: 0, updatedAt: 0 },
};
const proposal: Proposal = {
  ...{ service: 'web', environment: 'prod', release: 'web-1', requestedBy: 'alice' },
  images: [{ name: 'web', repository: 'registry.test/web', tag: '1', digest: DIGEST }],
  source: { repository: 'stoa/web', commit: 'c', author: 'alice', committedAt: '2026-03-01T10:00:00Z' },
};

function promotion(name: string, spec: Partial<PromotionSpec>, status: Partial<PromotionStatus> = {}): Promotion {
  return {
    ...{ ...API, kind: 'Promotion', metadata: { name } },
    spec: {
      ...{ service: 'web', release: 'web-1', environment: 'staging', requestedBy: 'alice' },
      mergeRequest: { iid: 1, url: '' },
      ...spec,
    },
    status: { phase: 'Deployed', gates: [], finishedAt: '2026-03-02T09:00:00Z', ...status },
  };
}

const inStaging = promotion('web-1-staging', {});
const approval = { username: 'carol', at: NOW - 3_600_000, sha: 'head' };

function evidence(part: Partial<Evidence> = {}, environment: Partial<PipelineEnvironment> = {}): Evidence {
  const place = { ...prod, ...environment };
  return {
    ...{ proposal, mergeRequest, bot: 'stoa-cd', contentFault: undefined, now: NOW },
    environment: place,
    pipeline: { service: 'web', images: ['web'], environments: [staging, place] },
    approvals: [approval],
    groups: new Map([
      ['alice', ['developers', 'approvers']],
      ['carol', ['approvers']],
      ['dora', ['approvers', 'oncall']],
    ]),
    ...{ committers: [], unproven: [], artefacts: undefined, statuses: [], gates: [], quarantines: [], freezes: [] },
    promotions: [inStaging],
    ...part,
  };
}

function open(given: Evidence): readonly string[] {
  return judge(given)
    .filter(({ state }) => state !== 'passed')
    .map(({ name, state, reason }: Verdict) => `${name} ${state}: ${reason}`);
}

describe('a promotion', () => {
  it('passes when everything is as it should be', () => {
    expect(open(evidence())).toEqual([]);
  });

  it.each<{ readonly what: string; readonly given: Evidence; readonly why: RegExp }>([
    {
      what: 'changes something else',
      given: evidence({ contentFault: 'It also changes x' }),
      why: /^content failed: It also/,
    },
    {
      what: 'conflicts',
      given: evidence({ mergeRequest: { ...mergeRequest, mergeable: false } }),
      why: /^content failed: It conflicts/,
    },
    {
      what: 'is not in the environment before',
      given: evidence({ promotions: [] }),
      why: /^previous-environment pending/,
    },
    {
      what: 'failed in the environment before',
      given: evidence({ promotions: [promotion('x', {}, { phase: 'Failed' })] }),
      why: /^previous-environment pending/,
    },
    {
      what: 'brings files that the environment before does not run',
      given: evidence({ unproven: ['base/a.yaml'] }),
      why: /staging does not run base\/a\.yaml/,
    },
    {
      what: 'has run there for too short a time',
      given: evidence({}, { soak: '2h' }),
      why: /^soak pending: Runs in staging until 2026-03-02T11:00:00Z first/,
    },
    { what: 'has no approval', given: evidence({ approvals: [] }), why: /^approval pending: Needs 1/ },
    {
      what: 'was approved for another head',
      given: evidence({ approvals: [{ ...approval, sha: 'before' }] }),
      why: /^approval pending/,
    },
    {
      what: 'was approved by its author',
      given: evidence({ approvals: [{ ...approval, username: 'alice' }] }),
      why: /^approval pending/,
    },
    {
      what: 'was approved by who asked for it',
      given: evidence({ proposal: { ...proposal, requestedBy: 'carol' } }),
      why: /^approval pending/,
    },
    { what: 'was approved by a committer', given: evidence({ committers: ['carol'] }), why: /^approval pending/ },
    {
      what: 'was approved by somebody who has left the group',
      given: evidence({ groups: new Map([['carol', ['developers']]]) }),
      why: /^approval pending/,
    },
    {
      what: 'was approved too long ago',
      given: evidence({}, { approvals: { quorum: 1, groups: ['approvers'], expiresAfter: '59m' } }),
      why: /^approval pending/,
    },
    {
      what: 'was approved by one where two are needed',
      given: evidence({}, { approvals: { quorum: 2, groups: ['approvers'] } }),
      why: /^approval pending: Needs 1 approval/,
    },
    {
      what: 'is outside of the hours',
      given: evidence({}, { windows: [{ kind: 'allow', schedule: '0 12 * * *', duration: '2h' }] }),
      why: /^window pending: prod may change at 0 12/,
    },
    {
      what: 'is inside of closed hours',
      given: evidence({}, { windows: [{ kind: 'deny', schedule: '0 9 * * 1', duration: '2h', reason: 'month end' }] }),
      why: /^window pending: Closed by .* month end/,
    },
    {
      what: 'comes during a freeze',
      given: evidence({ freezes: [freeze({})] }),
      why: /^freeze pending: Frozen by bob/,
    },
    {
      what: 'has an image in quarantine',
      given: evidence({ quarantines: [inQuarantine({})] }),
      why: /^quarantine failed: sha256:aaaaaaaaaaaa is in quarantine: It crashed/,
    },
    {
      what: 'is refused by another tool',
      given: evidence({ statuses: [{ name: 'scan', state: 'failed', description: '3 critical' }] }),
      why: /^scan failed: 3 critical/,
    },
    { what: 'waits for another tool', given: evidence({}, { gates: ['scan'] }), why: /^scan pending: Nobody has said/ },
    {
      what: 'has a closed gate of another tool',
      given: evidence({
        gates: [
          {
            ...API,
            kind: 'Gate',
            metadata: { name: 'load-test' },
            spec: { environment: 'prod', state: 'failed', reason: 'slow' },
          },
        ],
      }),
      why: /^load-test failed: slow/,
    },
  ])('is kept back when it $what', ({ given, why }) => {
    const [first, ...rest] = open(given);
    expect(first).toMatch(why);
    expect(rest).toEqual([]);
  });

  it.each<{ readonly what: string; readonly given: Evidence }>([
    { what: 'after the soak time', given: evidence({}, { soak: '1h' }) },
    {
      what: 'inside of the hours',
      given: evidence({}, { windows: [{ kind: 'allow', schedule: '0 9 * * *', duration: '2h' }] }),
    },
    { what: 'after a freeze', given: evidence({ freezes: [freeze({ until: '2026-03-02T10:00:00Z' })] }) },
    { what: 'beside the freeze of another service', given: evidence({ freezes: [freeze({ service: 'jobs' })] }) },
    {
      what: 'beside the freeze of another environment',
      given: evidence({ freezes: [freeze({ environment: 'dev' })] }),
    },
    {
      what: 'after its quarantine was lifted',
      given: evidence({
        quarantines: [inQuarantine({ lifted: { by: 'bob', reason: 'flaky', at: '2026-03-02T09:00:00Z' } })],
      }),
    },
    {
      what: 'with a gate of another tool open',
      given: evidence({ statuses: [{ name: 'scan', state: 'success' }] }, { gates: ['scan'] }),
    },
    {
      what: 'whatever our own statuses say',
      given: evidence({ statuses: [{ name: 'stoa-cd/approval', state: 'pending' }] }),
    },
  ])('goes on $what', ({ given }) => {
    expect(open(given)).toEqual([]);
  });
});

describe('a rollback', () => {
  const failed = promotion(
    'web-1-prod',
    { environment: 'prod' },
    { phase: 'Failed', finishedAt: '2026-03-02T09:30:00Z' },
  );
  const before = promotion(
    'web-0-prod',
    { environment: 'prod', release: 'web-0' },
    { finishedAt: '2026-03-01T09:00:00Z' },
  );
  const oldest = promotion(
    'web-x-prod',
    { environment: 'prod', release: 'web-x' },
    { finishedAt: '2026-02-01T09:00:00Z' },
  );
  const back: Partial<Evidence> = {
    proposal: { ...proposal, release: 'web-0', rollbackOf: 'web-1-prod' },
    mergeRequest: { ...mergeRequest, author: 'stoa-cd' },
    promotions: [oldest, before, failed],
    approvals: [],
  };

  it('waits for nobody', () => {
    expect(open(evidence({ ...back, freezes: [freeze({})] }))).toEqual([]);
  });

  it.each<{ readonly what: string; readonly given: Partial<Evidence>; readonly why: RegExp }>([
    { what: 'by somebody without a say', given: { mergeRequest }, why: /^rollback failed: zoe may not/ },
    {
      what: 'to a release that never ran there',
      given: { proposal: { ...proposal, release: 'web-9', rollbackOf: 'web-1-prod' } },
      why: /web-9 is not what ran/,
    },
    {
      what: 'past the release before, to an older one',
      given: { proposal: { ...proposal, release: 'web-x', rollbackOf: 'web-1-prod' } },
      why: /web-x is not what ran/,
    },
    {
      what: 'of what something newer has replaced',
      given: { proposal: { ...proposal, release: 'web-x', rollbackOf: 'web-0-prod' } },
      why: /web-0-prod is not what prod was given last/,
    },
    { what: 'to a digest in quarantine', given: { quarantines: [inQuarantine({})] }, why: /^quarantine failed/ },
  ])('is refused $what', ({ given, why }) => {
    const author = given.mergeRequest === undefined ? {} : { mergeRequest: { ...mergeRequest, author: 'zoe' } };
    expect(open(evidence({ ...back, ...given, ...author }))).toEqual([expect.stringMatching(why)]);
  });
});

describe('a broken glass', () => {
  const broken: Partial<Evidence> = {
    proposal: { ...proposal, requestedBy: 'dora', breakGlass: { reason: 'outage', until: '2026-03-02T10:30:00Z' } },
    mergeRequest: { ...mergeRequest, author: 'dora' },
    ...{ promotions: [], approvals: [], freezes: [freeze({})] },
  };

  it('waits for nobody', () => {
    expect(open(evidence(broken))).toEqual([]);
  });

  it.each<{
    readonly what: string;
    readonly given: Partial<Evidence>;
    readonly at?: Partial<PipelineEnvironment>;
    readonly why: RegExp;
  }>([
    {
      what: 'in the name of somebody else',
      given: { mergeRequest },
      why: /alice cannot break the glass in the name of dora/,
    },
    { what: 'after its time', given: { now: NOW + 1_800_000 }, why: /Its time was over/ },
    { what: 'by somebody who may not', given: { groups: new Map([['dora', ['approvers']]]) }, why: /dora may not/ },
    { what: 'with a digest in quarantine', given: { quarantines: [inQuarantine({})] }, why: /^quarantine failed/ },
  ])('is refused $what', ({ given, at, why }) => {
    expect(open(evidence({ ...broken, ...given }, at))).toEqual([expect.stringMatching(why)]);
  });
});

function freeze(spec: Partial<Freeze['spec']>): Freeze {
  const given = { environment: 'prod', by: 'bob', reason: 'audit', ...spec };
  return { ...API, kind: 'Freeze', metadata: { name: 'prod' }, spec: given };
}

function inQuarantine(spec: Partial<Quarantine['spec']>): Quarantine {
  const given = {
    digest: DIGEST,
    image: 'web',
    reason: 'It crashed',
    by: 'stoa-cd',
    at: '2026-03-02T08:00:00Z',
    ...spec,
  };
  return { ...API, kind: 'Quarantine', metadata: { name: 'q' }, spec: given };
}
