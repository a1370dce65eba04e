import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/index.ts';
import { asJson } from '../object.ts';
import type { KubeObject } from '../object.ts';
import { builtinSchema } from '../schema/builtin.ts';
import { compareValues } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { formatFieldsV1, parseFieldsV1 } from './fields-v1.ts';
import { serverSideApply } from './server-side-apply.ts';
import { toFieldSet } from './to-field-set.ts';
import { trackUpdate } from './track-update.ts';

const SCHEMA = builtinSchema({ group: '', version: 'v1', kind: 'Pod' }) ?? { type: 'object', fields: new Map() };

const word = fc.constantFrom('x', 'y', 'z');
const labels = fc.dictionary(word, word, { maxKeys: 3 });
const port = fc.record(
  { containerPort: fc.constantFrom(80, 81), protocol: fc.constantFrom('TCP', 'UDP') },
  { requiredKeys: ['containerPort'] },
);
const ports = fc.uniqueArray(port, {
  maxLength: 3,
  selector: ({ containerPort, protocol = 'TCP' }) => `${containerPort}/${protocol}`,
});
const container = fc.record(
  { name: word, image: word, args: fc.array(word, { maxLength: 2 }), ports, resources: fc.record({ limits: labels }) },
  { requiredKeys: ['name'] },
);
const spec = fc.record(
  {
    containers: fc.uniqueArray(container, { maxLength: 3, selector: ({ name }) => name }),
    nodeSelector: labels,
    hostNetwork: fc.boolean(),
    securityContext: fc.record(
      { runAsUser: fc.constantFrom(1, 2), supplementalGroups: fc.array(fc.nat(3)) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['hostNetwork'] },
);
const config = fc
  .record({ labels, finalizers: fc.uniqueArray(fc.constantFrom('a/a', 'b/b', 'c/c')), spec })
  .map(({ spec: content, ...metadata }): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', ...metadata },
    spec: content,
  }));

function apply(live: KubeObject | undefined, wanted: KubeObject, manager: string): KubeObject {
  const before = live === undefined ? {} : { live };
  return serverSideApply({ ...before, config: wanted, manager, force: true, schema: SCHEMA, now: 0 });
}

function update(live: KubeObject | undefined, updated: KubeObject, manager: string): KubeObject {
  return trackUpdate({ ...(live === undefined ? {} : { live }), updated, manager, schema: SCHEMA, now: 0 });
}

function ownedBy(object: KubeObject, manager: string): FieldSet {
  const entry = object.metadata.managedFields?.find((candidate) => candidate.manager === manager);
  return entry === undefined ? FieldSet.EMPTY : parseFieldsV1(entry.fieldsV1);
}

function content(object: KubeObject): JsonObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return asJson({ ...object, metadata });
}

function pathsOf(set: FieldSet): string[] {
  return [...set.leaves().paths()].map((path) => path.join('/'));
}

describe('serverSideApply, for any objects', () => {
  it('does nothing the second time', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const live = apply(apply(undefined, first, 'one'), second, 'two');
        expect(apply(live, second, 'two')).toEqual(live);
      }),
    );
  });

  it('gives the manager every field that it asks for, with that value', () => {
    fc.assert(
      fc.property(config, config, config, (created, first, second) => {
        const live = apply(apply(update(undefined, created, 'edit'), first, 'one'), second, 'two');
        const { added, modified } = compareValues(content(live), asJson(second), SCHEMA);
        expect(pathsOf(added.union(modified))).toEqual([]);
      }),
    );
  });

  it('removes exactly what the manager alone owned when it drops everything', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const live = apply(apply(undefined, first, 'one'), second, 'two');
        const alone = ownedBy(live, 'two').difference(ownedBy(live, 'one')).leaves();
        const dropped = apply(live, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }, 'two');
        const left = toFieldSet(content(dropped), SCHEMA);
        expect(pathsOf(alone.intersection(left))).toEqual([]);
        expect(pathsOf(ownedBy(live, 'one').difference(left))).toEqual([]);
        expect(ownedBy(dropped, 'two').isEmpty).toBe(true);
      }),
    );
  });

  it('never lets two own a field with different values', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const live = apply(apply(undefined, first, 'one'), second, 'two');
        const { modified } = compareValues(asJson(first), content(live), SCHEMA);
        expect(pathsOf(ownedBy(live, 'one').intersection(modified))).toEqual([]);
      }),
    );
  });

  it('leaves an object as it was when an update changes nothing', () => {
    fc.assert(
      fc.property(config, config, (created, applied) => {
        const live = apply(update(undefined, created, 'edit'), applied, 'one');
        expect(update(live, live, 'other')).toEqual(live);
      }),
    );
  });
});

describe('FieldSet', () => {
  const element = fc.constantFrom('f:a', 'f:b', 'k:{"name":"a"}', 'v:1');
  const set = fc
    .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 6 })
    .map((paths) => FieldSet.from(paths));

  it('keeps every path through its notation', () => {
    fc.assert(
      fc.property(set, (given) => {
        expect(parseFieldsV1(formatFieldsV1(given)).equals(given)).toBe(true);
      }),
    );
  });

  it('obeys the laws of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const both = a.union(b);
        expect(both.equals(b.union(a))).toBe(true);
        expect(both.difference(b).union(a.intersection(b)).equals(a)).toBe(true);
        expect([...a.paths()].every((path) => both.has(path))).toBe(true);
        expect(a.difference(a).isEmpty).toBe(true);
      }),
    );
  });
});
