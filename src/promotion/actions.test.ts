import { describe, expect, it } from 'vitest';
import { actionsFor } from './actions.ts';
import type { Pipeline, Promotion, PromotionPhase, PromotionSpec, PromotionStatus } from './kinds.ts';

const PIPELINE: Pipeline = {
  apiVersion: 'delivery.stoa.dev/v1alpha1',
  kind: 'Pipeline',
  metadata: { name: 'web' },
  spec: {
    service: 'web',
    images: ['web'],
    environments: [
      { name: 'dev', path: 'envs/dev', application: 'dev', ref: 'main', sync: 'auto' },
      {
        ...{ name: 'prod', path: 'envs/prod', application: 'prod', ref: 'approved/prod', sync: 'manual' },
        approvals: { quorum: 2, groups: ['approvers'] },
        deployers: ['deployers'],
      },
    ],
  },
};

interface Shape {
  readonly phase?: PromotionPhase;
  readonly spec?: Partial<PromotionSpec>;
  readonly approvers?: readonly string[];
}

function promotion({ phase, spec = {}, approvers }: Shape): Promotion {
  const status: PromotionStatus | undefined =
    phase === undefined ? undefined : { phase, gates: [], ...(approvers === undefined ? {} : { approvers }) };
  return {
    apiVersion: 'delivery.stoa.dev/v1alpha1',
    kind: 'Promotion',
    metadata: { name: 'web-1-prod' },
    spec: {
      ...{ service: 'web', release: 'web-1', environment: 'prod', requestedBy: 'alice' },
      mergeRequest: { iid: 1, url: 'https://forge.example.com/1' },
      ...spec,
    },
    ...(status === undefined ? {} : { status }),
  };
}

const carol = { name: 'carol', groups: ['approvers', 'deployers'] };
const erin = { name: 'erin', groups: ['auditors'] };

describe('approving', () => {
  it.each<{ readonly what: string; readonly one: Shape }>([
    { what: 'one whose gates wait', one: { phase: 'Waiting' } },
    { what: 'one that nobody has looked at yet', one: {} },
  ])('is allowed for $what', ({ one }) => {
    expect(actionsFor(promotion(one), PIPELINE, carol).approve).toEqual({ allowed: true });
  });

  it.each<{ readonly what: string; readonly one: Shape; readonly actor?: typeof carol; readonly reason: RegExp }>([
    { what: 'of one’s own request', one: { spec: { requestedBy: 'carol' } }, reason: /You asked for it/ },
    { what: 'twice', one: { phase: 'Waiting', approvers: ['carol'] }, reason: /You have approved it/ },
    { what: 'by a stranger', one: { phase: 'Waiting' }, actor: erin, reason: /Only approvers may approve/ },
    { what: 'of what is deployed', one: { phase: 'Deployed' }, reason: /does not wait/ },
    { what: 'where none is asked for', one: { spec: { environment: 'dev' } }, reason: /dev needs no approval/ },
  ])('is refused $what', ({ one, actor = carol, reason }) => {
    const { approve } = actionsFor(promotion(one), PIPELINE, actor);
    expect(approve.allowed).toBe(false);
    expect(approve.reason).toMatch(reason);
  });
});

describe('deploying', () => {
  it('is allowed to a deployer once everything else is passed', () => {
    expect(actionsFor(promotion({ phase: 'AwaitingDeploy' }), PIPELINE, carol).deploy).toEqual({ allowed: true });
  });

  it.each<{ readonly what: string; readonly one: Shape; readonly actor?: typeof carol; readonly reason: RegExp }>([
    { what: 'before the gates are passed', one: { phase: 'Waiting' }, reason: /does not wait for Deploy/ },
    {
      what: 'twice',
      one: { phase: 'AwaitingDeploy', spec: { deploy: { requestedBy: 'carol', at: '2026-01-01T00:00:00Z' } } },
      reason: /was pressed/,
    },
    { what: 'by a stranger', one: { phase: 'AwaitingDeploy' }, actor: erin, reason: /Only deployers may deploy/ },
    { what: 'where it happens by itself', one: { spec: { environment: 'dev' } }, reason: /dev deploys by itself/ },
  ])('is refused $what', ({ one, actor = carol, reason }) => {
    const { deploy } = actionsFor(promotion(one), PIPELINE, actor);
    expect(deploy.allowed).toBe(false);
    expect(deploy.reason).toMatch(reason);
  });
});
