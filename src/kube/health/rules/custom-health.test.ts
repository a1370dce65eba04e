import { describe, expect, it } from 'vitest';
import { healthOf } from '../../health.ts';
import type { KubeObject } from '../../object.ts';
import { customHealth } from './custom-health.ts';
import { applyRules } from './rule-evaluation.ts';
import { parseRules } from './rule-table.ts';

function object(kind: string, rest: Readonly<Record<string, unknown>>): KubeObject {
  const [group = '', name = ''] = kind.split('/');
  return { apiVersion: `${group}/v1`, kind: name, metadata: { name: 'example', generation: 2 }, ...rest };
}

function ready(status: string, more: object = {}): object {
  return { conditions: [{ type: 'Ready', status, reason: 'Because', message: 'as it is', ...more }] };
}

describe(customHealth, () => {
  it.each([
    [
      'a condition that is false',
      'cert-manager.io/Issuer',
      ready('False'),
      { status: 'Degraded', message: 'as it is' },
    ],
    [
      'a condition that holds',
      'external-secrets.io/SecretStore',
      ready('True'),
      { status: 'Healthy', message: 'as it is' },
    ],
    ['no status', 'keda.sh/ScaledJob', undefined, { status: 'Progressing', message: 'Waiting for ScaledJob' }],
    [
      'a pattern of a group',
      'coralogix.com/View',
      undefined,
      { status: 'Progressing', message: 'Waiting for status to be updated' },
    ],
    ['a kind that no rule names', 'example.com/Widget', ready('False'), undefined],
  ])('reads %s', (...[, kind, status, expected]) => {
    expect(customHealth(object(kind, { status }))).toEqual(expected);
  });

  it('prefers the rules of the kind to those of a pattern', () => {
    const running = object('core.humio.com/HumioCluster', { status: { state: 'Running' } });

    expect(customHealth(running)?.message).toBe('Cluster is in a healthy running state');
  });

  it('is only asked while the object is not being deleted', () => {
    const issuer = object('cert-manager.io/Issuer', { status: ready('True') });
    const deleted = { ...issuer, metadata: { ...issuer.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };

    expect(healthOf(issuer)?.status).toBe('Healthy');
    expect(healthOf(deleted)).toEqual({ status: 'Progressing', message: 'Pending deletion' });
  });
});

describe(applyRules, () => {
  const evaluate = (rule: string, status: unknown): unknown =>
    applyRules(
      parseRules(`example.com/Widget\n  ${rule}`).get('example.com/Widget') ?? [],
      object('example.com/Widget', { status }),
    );

  it.each([
    ['the reason of a condition', 'Degraded Ready=False:Because -> {reason}', ready('False'), 'Because'],
    ['an alternative text', "Degraded Ready=False -> {.status.none|'else'}", ready('False'), 'else'],
    ['a count', 'Healthy .status.items -> {#.status.items.*} items', { items: [1, 2] }, '2 items'],
    [
      'filtered items',
      'Healthy -> {.status.items.*.?ok=no.name}',
      {
        items: [
          { ok: 'no', name: 'b' },
          { ok: 'yes', name: 'c' },
        ],
      },
      'b',
    ],
    ['the beginning of a value', 'Healthy -> {.status.sha:3}', { sha: 'abcdef' }, 'abc'],
  ])('fills %s into the message', (...[, rule, status, message]) => {
    expect(evaluate(rule, status)).toMatchObject({ message });
  });

  it.each([
    ['another status', 'Degraded Ready=False', ready('True')],
    ['another reason', 'Degraded Ready=False:Other', ready('False')],
    ['a condition that must not be there', 'Degraded !Ready', ready('False')],
    ['a number that is not smaller', 'Degraded .status.ready<.status.wanted', { ready: 2, wanted: 2 }],
    ['an observed generation', 'Degraded stale', { observedGeneration: 2 }],
    [
      'an earlier condition',
      'Degraded ^Ready=False',
      {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'Done', status: 'True' },
        ],
      },
    ],
  ])('does not apply with %s', (_, rule, status) => {
    expect(evaluate(rule, status)).toBeUndefined();
  });

  it('says which line it cannot read', () => {
    expect(() => parseRules('a/B\n  Healthy Ready==x')).toThrow('Cannot read health rule: Ready==x');
  });
});
