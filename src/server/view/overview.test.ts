import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../core/index.ts';
import { overviewSchema } from '../contract.ts';
import type { Cell, Overview, User } from '../contract.ts';
import {
  applicationObjectSchema,
  freezeObjectSchema,
  pipelineSchema,
  promotionSchema,
  quarantineObjectSchema,
  releaseSchema,
} from '../hub/schema.ts';
import type { HubState, PromotionView } from '../hub/schema.ts';
import { buildOverview } from './overview.ts';

const OBJECTS = parseYaml(readFileSync(new URL('../testdata/hub.yaml', import.meta.url), 'utf8')) as unknown as {
  readonly kind: string;
}[];
const of = (kind: string): unknown[] => OBJECTS.filter((object) => object.kind === kind);

const STATE: HubState = {
  pipelines: of('Pipeline').map((object) => pipelineSchema.parse(object)),
  releases: of('Release').map((object) => releaseSchema.parse(object)),
  promotions: of('Promotion').map((object) => promotionSchema.parse(object)),
  applications: of('Application').map((object) => applicationObjectSchema.parse(object)),
  freezes: of('Freeze').map((object) => freezeObjectSchema.parse(object)),
  quarantines: of('Quarantine').map((object) => quarantineObjectSchema.parse(object)),
};

const PEOPLE = {
  alice: { name: 'alice', displayName: 'Alice Martin', groups: ['developers'] },
  bob: { name: 'bob', displayName: 'Bob Keller', groups: ['developers', 'reviewers'] },
  carol: { name: 'carol', displayName: 'Carol Rossi', groups: ['reviewers', 'prod-approvers', 'deployers'] },
  erin: { name: 'erin', displayName: 'Erin Dubois', groups: ['auditors'] },
} satisfies Record<string, User>;
type Name = keyof typeof PEOPLE;

function overviewOf(name: Name, state: HubState = STATE): Overview {
  return buildOverview(state, {
    user: PEOPLE[name],
    ready: true,
    promoters: ['developers'],
    ledger: true,
    now: Date.parse('2026-01-15T09:00:00Z'),
  });
}

function cell(overview: Overview, service: string, environment: string): Cell {
  const found = overview.services
    .find(({ name }) => name === service)
    ?.cells.find((one) => one.environment === environment);
  if (found === undefined) throw new Error(`The overview has no ${service} in ${environment}`);
  return found;
}

const FREEZE = freezeObjectSchema.parse({
  metadata: { name: 'staging' },
  spec: { environment: 'staging', by: 'carol', reason: 'year end', until: '2026-01-15T10:00:00Z' },
});
const QUARANTINE = quarantineObjectSchema.parse({
  metadata: { name: 'q' },
  spec: {
    digest: `sha256:${'a'.repeat(64)}`,
    image: 'r/x',
    reason: 'it leaks',
    by: 'stoa-cd',
    at: '2026-01-15T08:00:00Z',
  },
});
const IN_NEED = promotionSchema.parse({
  metadata: { name: 'in-need' },
  spec: {
    ...{ service: 'stoa-gateway', release: 'stoa-gateway-2ffce074a8d7', environment: 'prod', requestedBy: 'carol' },
    mergeRequest: { iid: 20, url: 'http://forge/20' },
    breakGlass: { reason: 'outage', until: '2026-01-15T10:00:00Z' },
  },
  status: { phase: 'Deployed', deployedAt: '2026-01-15T08:30:00Z' },
});

describe('exceptions', () => {
  const state = { ...STATE, freezes: [FREEZE], quarantines: [QUARANTINE], promotions: [...STATE.promotions, IN_NEED] };

  it('are shown to everybody, with what each may do about them', () => {
    const { freezes, quarantines, reviews } = overviewOf('alice', state);
    expect(freezes).toMatchObject([{ environment: 'staging', by: 'carol', lift: { allowed: false } }]);
    expect(quarantines).toMatchObject([{ reason: 'it leaks', lift: { allowed: false } }]);
    expect(reviews).toMatchObject([
      { promotion: 'in-need', version: '1.5.0', reason: 'outage', review: { allowed: false } },
    ]);
    expect(overviewOf('carol', state)).toMatchObject({
      freezes: [{ lift: { allowed: true } }],
      quarantines: [{ lift: { allowed: true } }],
      reviews: [{ review: { allowed: false, reason: 'You broke the glass: somebody else has to review it' } }],
    });
  });

  it('are gone once they are over', () => {
    const over = {
      ...state,
      freezes: [{ ...FREEZE, spec: { ...FREEZE.spec, until: '2026-01-15T08:59:59Z' } }],
      quarantines: [{ ...QUARANTINE, spec: { ...QUARANTINE.spec, lifted: { by: 'carol' } } }],
      promotions: [{ ...IN_NEED, spec: { ...IN_NEED.spec, review: { by: 'dora' } } }],
    };
    expect(overviewOf('carol', over)).toMatchObject({ freezes: [], quarantines: [], reviews: [] });
  });

  it('may be made by those who decide', () => {
    const freeze = (name: Name) => overviewOf(name).environments.map((environment) => environment.freeze.allowed);
    expect([freeze('alice'), freeze('carol')]).toEqual([
      [false, false, false],
      [true, true, true],
    ]);
    const waiting = STATE.promotions.map((promotion) =>
      promotion.metadata.name === 'stoa-gateway-81326fbb1e06-prod'
        ? { ...promotion, status: { ...promotion.status, phase: 'Waiting' as const } }
        : promotion,
    );
    const glass = (name: Name) =>
      overviewOf(name, { ...STATE, promotions: waiting }).promotions.map(({ breakGlass }) => breakGlass?.allowed);
    expect([glass('alice'), glass('carol')]).toEqual([
      [false, undefined],
      [true, undefined],
    ]);
  });
});

describe('buildOverview', () => {
  it('is what the contract says', () => {
    expect(overviewSchema.parse(overviewOf('alice'))).toEqual(overviewOf('alice'));
  });

  it('names the environments in the order of promotion', () => {
    expect(overviewOf('alice').environments.map(({ name }) => name)).toEqual(['dev', 'staging', 'prod']);
  });

  it.each([
    { service: 'stoa-gateway', environment: 'dev', version: '1.5.0', sync: 'Synced', health: 'Progressing' },
    { service: 'stoa-control-plane', environment: 'dev', version: '2.1.0', sync: 'Synced', health: 'Healthy' },
    { service: 'stoa-gateway', environment: 'staging', version: '1.4.0', sync: 'OutOfSync', health: 'Healthy' },
    { service: 'stoa-control-plane', environment: 'staging', version: '2.1.0', sync: 'Synced', health: 'Degraded' },
    { service: 'stoa-gateway', environment: 'prod', version: '1.3.2', sync: 'Synced', health: 'Healthy' },
  ])('shows $service in $environment by its own objects', ({ service, environment, version, sync, health }) => {
    const shown = cell(overviewOf('erin'), service, environment);
    expect(shown).toMatchObject({ sync, health, running: { version } });
    expect(shown.running?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(shown.running?.commit).toMatch(/^[0-9a-f]{40}$/);
  });

  it('shows an environment whose Application is missing', () => {
    const shown = cell(overviewOf('alice', { ...STATE, applications: [] }), 'stoa-gateway', 'prod');
    expect(shown).toMatchObject({ health: 'Missing', sync: 'Unknown' });
    expect(shown.running).toBeUndefined();
  });

  it('shows an image that no release names by its tag', () => {
    const shown = cell(overviewOf('alice', { ...STATE, releases: [] }), 'stoa-gateway', 'dev');
    expect(shown.running).toMatchObject({ version: '1.5.0' });
    expect(shown.running?.release).toBeUndefined();
  });

  it('says since when the release that runs has been there', () => {
    expect(cell(overviewOf('alice'), 'stoa-gateway', 'staging').since).toBe('2026-01-13T13:00:00Z');
    const promotions: PromotionView[] = [];
    expect(cell(overviewOf('alice', { ...STATE, promotions }), 'stoa-gateway', 'staging').since).toBeUndefined();
  });
});

describe('what may be done', () => {
  it.each<{ name: Name; service: string; environment: string; allowed: boolean; reason: string }>([
    { name: 'alice', service: 'stoa-gateway', environment: 'prod', allowed: false, reason: 'one that is open already' },
    {
      name: 'carol',
      service: 'stoa-control-plane',
      environment: 'prod',
      allowed: false,
      reason: 'one that has failed before',
    },
    { name: 'erin', service: 'stoa-control-plane', environment: 'prod', allowed: false, reason: 'an auditor' },
    {
      name: 'alice',
      service: 'stoa-gateway',
      environment: 'staging',
      allowed: false,
      reason: 'one that is open already',
    },
    {
      name: 'alice',
      service: 'stoa-control-plane',
      environment: 'staging',
      allowed: false,
      reason: 'one that runs there',
    },
  ])(
    'promotion by $name of $service to $environment ($reason): $allowed',
    ({ name, service, environment, allowed }) => {
      const action = cell(overviewOf(name), service, environment).promote;
      expect(action?.allowed).toBe(allowed);
      expect(action?.reason === undefined).toBe(allowed);
    },
  );

  it.each<{ name: Name; allowed: boolean }>([
    { name: 'alice', allowed: true },
    { name: 'carol', allowed: true },
    { name: 'erin', allowed: false },
  ])('promotion by $name of what is healthy: $allowed', ({ name, allowed }) => {
    const promotions = STATE.promotions.filter(({ status }) => status.phase !== 'Failed');
    const seen = overviewOf(name, { ...STATE, promotions });
    expect(cell(seen, 'stoa-control-plane', 'prod').promote?.allowed).toBe(allowed);
  });

  it('never offers promotion to the first environment', () => {
    expect(cell(overviewOf('alice'), 'stoa-gateway', 'dev').promote).toBeUndefined();
  });

  it.each<{ name: Name; allowed: boolean; reason: string }>([
    { name: 'alice', allowed: false, reason: 'asked for it' },
    { name: 'bob', allowed: true, reason: 'a reviewer' },
    { name: 'erin', allowed: false, reason: 'no reviewer' },
  ])('approval for staging by $name ($reason): $allowed', ({ name, allowed }) => {
    expect(overviewOf(name).promotions.find(({ environment }) => environment === 'staging')?.approve?.allowed).toBe(
      allowed,
    );
  });

  it('approval by a reviewer who asked for it is refused', () => {
    const promotions = STATE.promotions.map((promotion): PromotionView => ({
      ...promotion,
      spec: { ...promotion.spec, requestedBy: 'bob' },
    }));
    const open = overviewOf('bob', { ...STATE, promotions }).promotions;
    expect(open.find(({ environment }) => environment === 'staging')?.approve?.allowed).toBe(false);
  });

  it.each<{ name: Name; allowed: boolean }>([
    { name: 'bob', allowed: false },
    { name: 'carol', allowed: true },
  ])('deployment to prod by $name: $allowed', ({ name, allowed }) => {
    const promotion = overviewOf(name).promotions.find(({ environment }) => environment === 'prod');
    expect(promotion?.deploy?.allowed).toBe(allowed);
    expect(promotion?.approve?.allowed).toBe(false);
  });

  it('deployment is not asked for twice', () => {
    const promotions = STATE.promotions.map((promotion): PromotionView => ({
      ...promotion,
      spec: { ...promotion.spec, deploy: { requestedBy: 'carol', at: '2026-01-15T09:00:00Z' } },
    }));
    const open = overviewOf('carol', { ...STATE, promotions }).promotions;
    expect(open.find(({ environment }) => environment === 'prod')?.deploy?.allowed).toBe(false);
  });

  it('deployment waits while gates are open', () => {
    const promotions = STATE.promotions.map((promotion): PromotionView => ({
      ...promotion,
      status: {
        ...promotion.status,
        phase: promotion.status.phase === 'AwaitingDeploy' ? 'Waiting' : promotion.status.phase,
      },
    }));
    const open = overviewOf('carol', { ...STATE, promotions }).promotions;
    expect(open.find(({ environment }) => environment === 'prod')?.deploy?.allowed).toBe(false);
  });

  it.each<{ name: Name; environment: string; allowed: boolean; version: string | undefined }>([
    { name: 'carol', environment: 'staging', allowed: true, version: '1.3.2' },
    { name: 'alice', environment: 'staging', allowed: false, version: '1.3.2' },
    { name: 'alice', environment: 'dev', allowed: false, version: '1.4.0' },
    { name: 'bob', environment: 'dev', allowed: true, version: '1.4.0' },
    { name: 'carol', environment: 'prod', allowed: false, version: undefined },
  ])('rollback in $environment by $name: $allowed', ({ name, environment, allowed, version }) => {
    const { rollback } = cell(overviewOf(name), 'stoa-gateway', environment);
    expect(rollback.allowed).toBe(allowed);
    expect(rollback.version).toBe(version);
  });
});

describe('open promotions', () => {
  const named = 'stoa-gateway-2ffce074a8d7';

  it('speak of versions, and say nothing twice', () => {
    const promotions = STATE.promotions.map((promotion): PromotionView => ({
      ...promotion,
      status: {
        ...promotion.status,
        message: `${named} is not deployed in dev`,
        gates: [
          { name: 'one', state: 'pending', reason: `${named} is not deployed in dev`, at: '' },
          { name: 'two', state: 'passed', reason: `${named} it is`, at: '' },
        ],
      },
    }));
    const open = overviewOf('erin', { ...STATE, promotions }).promotions.find(
      ({ environment }) => environment === 'staging',
    );
    expect(open?.gates.map(({ reason }) => reason)).toEqual(['1.5.0 is not deployed in dev', '1.5.0 it is']);
    expect(open?.message).toBeUndefined();
  });
});

describe('deployments', () => {
  it('come newest first, with who, what and what ran before', () => {
    const [latest, ...rest] = overviewOf('erin').deployments;
    expect(latest).toMatchObject({
      service: 'stoa-gateway',
      environment: 'dev',
      requestedBy: 'alice',
      previous: '1.4.0',
    });
    expect(latest?.evidence?.readable).toBe(true);
    expect(latest?.evidence?.href).toMatch(/^http:\/\/127\.0\.0\.1:8481\/stoa\/stoa-envs\/-\/commit\/[0-9a-f]{40}$/);
    const times = [latest, ...rest].map((deployment) => deployment?.at ?? '');
    expect(times).toEqual([...times].sort().reverse());
    const prod = rest.find(({ service, environment }) => service === 'stoa-gateway' && environment === 'prod');
    expect(prod).toMatchObject({ approvers: ['carol'], deployedBy: 'carol' });
  });

  it('leave out what never reached its environment', () => {
    const promotions = STATE.promotions.map((promotion): PromotionView => ({
      ...promotion,
      status: { phase: 'Refused', gates: [] },
    }));
    expect(overviewOf('erin', { ...STATE, promotions }).deployments).toEqual([]);
  });
});
