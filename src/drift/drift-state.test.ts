import { describe, expect, it } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../kube/index.ts';
import { observe } from './drift-state.ts';
import type { Observed } from './drift-state.ts';

const NOW = Date.parse('2026-01-01T12:00:30Z');
const EARLIER = '2026-01-01T12:00:00Z';
const LATER = '2026-01-01T12:00:10Z';

function entry(manager: string, time: string, subresource?: string): ManagedFieldsEntry {
  const base = { manager, operation: 'Update' as const, apiVersion: 'apps/v1', fieldsType: 'FieldsV1' as const, time };
  return { ...base, fieldsV1: { 'f:spec': {} }, ...(subresource === undefined ? {} : { subresource }) };
}

interface Shape {
  readonly image?: string;
  readonly version?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly managers?: readonly ManagedFieldsEntry[];
  readonly ready?: number;
}

const APPLIED = entry('argocd-controller', EARLIER);

function deployment({
  image = 'a:1',
  version = '1',
  labels = {},
  managers = [APPLIED],
  ready = 0,
}: Shape = {}): KubeObject {
  const template = { spec: { containers: [{ name: 'main', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', uid: 'u', resourceVersion: version, labels, managedFields: [...managers] },
    spec: { replicas: 1, template },
    status: { readyReplicas: ready },
  };
}

const see = (known: Observed | undefined, after: KubeObject | undefined, syncing = false) =>
  observe(known, { after, now: NOW, syncing });

const calm: Observed = { approved: deployment(), current: deployment() };
const edited = deployment({ image: 'b:2', version: '2', managers: [APPLIED, entry('kubectl-set', LATER)] });

describe('what counts as drift', () => {
  it('is what an unknown manager changes: field, actor and time', () => {
    const { found, healed } = see(calm, edited);

    expect(healed).toBeUndefined();
    expect(found).toEqual({
      id: 'u/2',
      fields: ['spec.template.spec.containers[name=main].image'],
      actor: 'kubectl-set',
      since: Date.parse(LATER),
    });
  });

  it('is also a field that Git never set', () => {
    const after = deployment({
      labels: { added: 'x' },
      version: '2',
      managers: [APPLIED, entry('kubectl-label', LATER)],
    });

    expect(see(calm, after).found?.fields).toEqual(['metadata.labels.added']);
  });

  it.each([
    { what: 'the first sight', known: undefined, after: edited },
    {
      what: 'a status',
      known: calm,
      after: deployment({ ready: 1, version: '2', managers: [APPLIED, entry('x', LATER, 'status')] }),
    },
    { what: 'a sync', known: calm, after: deployment({ image: 'c:3', managers: [entry('argocd-controller', LATER)] }) },
    {
      what: 'a declared co-owner',
      known: calm,
      after: deployment({ labels: { a: 'b' }, managers: [APPLIED, entry('kube-controller-manager', LATER)] }),
    },
  ])('is not $what', ({ known, after }) => {
    const { found, next } = see(known, after);

    expect(found).toBeUndefined();
    expect(next).toEqual({ approved: after, current: after });
  });

  it('is a deletion, unless the engine is at work', () => {
    expect(see(calm, undefined).found).toMatchObject({ actor: '', fields: [], since: NOW });
    expect(see(calm, undefined, true)).toEqual({ next: undefined });
  });
});

describe('healing', () => {
  const drifted = see(calm, edited).next;

  it('is done when the engine writes', () => {
    const healed = deployment({ version: '3', managers: [entry('argocd-controller', '2026-01-01T12:00:20Z')] });

    expect(see(drifted, healed)).toMatchObject({
      healed: { id: 'u/2', actor: 'kubectl-set' },
      next: { approved: healed },
    });
  });

  it('is done when everything is as it was, whoever did it', () => {
    const back = deployment({ version: '3', managers: [APPLIED, entry('kubectl-edit', '2026-01-01T12:00:20Z')] });

    expect(see(drifted, back).healed?.id).toBe('u/2');
  });

  it('is not done by another change; the first actor stays named', () => {
    const worse = deployment({
      image: 'c:3',
      version: '3',
      managers: [APPLIED, entry('kubectl-edit', '2026-01-01T12:00:20Z')],
    });

    const { next, found, healed } = see(drifted, worse);

    expect([found, healed]).toEqual([undefined, undefined]);
    expect(next?.drift?.actor).toBe('kubectl-set');
  });

  it('of a deleted object is its return by the engine', () => {
    const { next } = see(calm, undefined);

    expect(see(next, deployment({ version: '9' })).healed?.id).toBe('u/1');
  });
});
