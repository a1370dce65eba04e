import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isJsonObject } from '../../core/index.ts';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { builtinSchema } from '../schema/builtin.ts';
import { PatchError } from './patch-error.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';

const SCHEMA = builtinSchema({ group: 'apps', version: 'v1', kind: 'Deployment' });
const POD_SPEC = builtinSchema({ group: '', version: 'v1', kind: 'Pod' })?.fields.get('spec');

function patchSpec(doc: JsonObject, patch: JsonObject): JsonObject {
  return strategicMergePatch(doc, patch, POD_SPEC);
}

describe('strategicMergePatch', () => {
  it.each<{ name: string; doc: JsonObject; patch: JsonObject; merged: JsonObject }>([
    {
      name: 'merges lists by key, new items before what they are not known to follow',
      doc: {
        containers: [
          { name: 'a', image: 'a' },
          { name: 'b', image: 'b' },
        ],
      },
      patch: { containers: [{ name: 'c' }, { name: 'b', tty: true }] },
      merged: { containers: [{ name: 'c' }, { name: 'a', image: 'a' }, { name: 'b', image: 'b', tty: true }] },
    },
    {
      name: 'deletes an item',
      doc: { containers: [{ name: 'a' }, { name: 'b' }] },
      patch: {
        containers: [
          { name: 'a', $patch: 'delete' },
          { name: 'x', $patch: 'delete' },
        ],
      },
      merged: { containers: [{ name: 'b' }] },
    },
    {
      name: 'replaces a list on request',
      doc: { containers: [{ name: 'a' }, { name: 'b' }] },
      patch: { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      merged: { containers: [{ name: 'c' }] },
    },
    {
      name: 'replaces a list without a strategy',
      doc: { tolerations: [{ key: 'a' }] },
      patch: { tolerations: [{ key: 'b' }] },
      merged: { tolerations: [{ key: 'b' }] },
    },
    {
      name: 'merges maps and deletes by null',
      doc: { nodeSelector: { a: '1', b: '2' } },
      patch: { nodeSelector: { a: null, c: '3' } },
      merged: { nodeSelector: { b: '2', c: '3' } },
    },
    {
      name: 'replaces and empties maps on request',
      doc: { nodeSelector: { a: '1' }, securityContext: { runAsUser: 1 } },
      patch: { nodeSelector: { $patch: 'replace', c: '3' }, securityContext: { $patch: 'delete' } },
      merged: { nodeSelector: { c: '3' }, securityContext: {} },
    },
    {
      name: 'drops the members that are not to be retained',
      doc: { volumes: [{ name: 'v', emptyDir: {} }] },
      patch: { volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/p' } }] },
      merged: { volumes: [{ name: 'v', hostPath: { path: '/p' } }] },
    },
    {
      name: 'sets the order of items, the server’s own staying near',
      doc: { containers: [{ name: 'a' }, { name: 'own' }, { name: 'b' }] },
      patch: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', tty: true }] },
      merged: { containers: [{ name: 'own' }, { name: 'b' }, { name: 'a', tty: true }] },
    },
    {
      name: 'leaves no nulls and directives in what it adds',
      doc: {},
      patch: {
        containers: [{ name: 'a', image: null, env: [{ name: 'x', $patch: 'delete' }] }],
        securityContext: { $patch: 'delete' },
      },
      merged: { containers: [{ name: 'a', env: [] }] },
    },
  ])('$name', ({ doc, patch, merged }) => {
    const before = structuredClone(doc);
    expect(patchSpec(doc, patch)).toEqual(merged);
    expect(doc).toEqual(before);
  });

  it('adds scalars to a set and takes them out', () => {
    const doc = { metadata: { finalizers: ['a', 'b'] } };
    const patch = {
      metadata: {
        finalizers: ['c'],
        '$deleteFromPrimitiveList/finalizers': ['a'],
        '$setElementOrder/finalizers': ['c', 'b'],
      },
    };
    expect(strategicMergePatch(doc, patch, SCHEMA)).toEqual({ metadata: { finalizers: ['c', 'b'] } });
  });

  it('merges maps and replaces lists where there is no schema', () => {
    expect(strategicMergePatch({ a: { b: 1 }, c: [{ name: 'x' }] }, { a: { d: 2 }, c: [] }, undefined)).toEqual({
      a: { b: 1, d: 2 },
      c: [],
    });
  });

  it('shares what it does not touch', () => {
    const doc = { containers: [{ name: 'a', env: [] }, { name: 'b' }], volumes: [] };
    const merged = patchSpec(doc, { containers: [{ name: 'b', tty: true }] });
    expect(merged['volumes']).toBe(doc.volumes);
    expect(Array.isArray(merged['containers']) && merged['containers'][0]).toBe(doc.containers[0]);
  });

  it.each<{ reason: string; patch: JsonObject }>([
    { reason: 'an unknown directive', patch: { nodeSelector: { $patch: 'drop' } } },
    { reason: 'an item without merge key', patch: { containers: [{ image: 'x' }] } },
    { reason: 'a scalar in a list by key', patch: { containers: ['x'] } },
    { reason: 'a member that is not retained', patch: { securityContext: { $retainKeys: ['a'], runAsUser: 1 } } },
    {
      reason: 'an order that leaves out a patched item',
      patch: { containers: [{ name: 'a' }], '$setElementOrder/containers': [{ name: 'b' }] },
    },
    { reason: 'an order that is no list', patch: { '$setElementOrder/containers': 'a' } },
  ])('refuses $reason', ({ patch }) => {
    const doc = { nodeSelector: { a: 'b' }, containers: [{ name: 'a' }], securityContext: {} };
    expect(() => patchSpec(doc, patch)).toThrow(PatchError);
  });
});

/** kubectl of one fixed version: where `kubectl` only dispatches, the program for 1.32 beside it. */
function findKubectl(): string | undefined {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl'));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) return undefined;
  const folder = dirname(realpathSync(found));
  return join(folder, readdirSync(folder).includes('kubectl.1.32') ? 'kubectl.1.32' : 'kubectl');
}

const kubectl = findKubectl();
if (kubectl === undefined) process.stderr.write('skipped: strategic merge against kubectl, which is not installed\n');

describe.skipIf(kubectl === undefined)('strategicMergePatch against kubectl', () => {
  const home = mkdtempSync(join(tmpdir(), 'strategic-merge-'));
  afterAll(() => rmSync(home, { recursive: true }));
  const run = promisify(execFile);
  let count = 0;

  /** What kubectl makes of it; `undefined` when it refuses. */
  async function oracle(doc: JsonObject, patch: JsonObject): Promise<JsonValue | undefined> {
    const file = join(home, `${count++}.json`);
    writeFileSync(file, JSON.stringify(doc));
    const args = ['patch', '--local', '-f', file, '--type=strategic', '-o', 'json', '-p', JSON.stringify(patch)];
    const done = await run(kubectl ?? '', args, { env: { HOME: home } }).catch(() => undefined);
    return done === undefined ? undefined : (JSON.parse(done.stdout) as JsonValue);
  }

  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const text = fc.constantFrom('x', 'y', 'z');
  const labels = fc.dictionary(name, text, { maxKeys: 3 });
  const patchedLabels = fc.dictionary(name, fc.option(text), { maxKeys: 3 });
  const env = fc.uniqueArray(fc.record({ name, value: text }), { maxLength: 3, selector: (item) => item.name });
  const container = fc.record(
    { name, image: text, env, args: fc.array(text, { maxLength: 2 }) },
    { requiredKeys: ['name'] },
  );
  const containers = fc.uniqueArray(container, { minLength: 1, maxLength: 4, selector: (item) => item.name });
  const finalizers = fc.uniqueArray(fc.constantFrom('x/a', 'x/b', 'x/c'), { maxLength: 3 });
  const base = fc.record({ labels, finalizers, containers, nodeSelector: labels });

  const gone = name.map((deleted) => ({ name: deleted, $patch: 'delete' }));
  const patchedContainers = fc.uniqueArray(
    fc.oneof({ weight: 3, arbitrary: container }, { weight: 1, arbitrary: gone }),
    {
      maxLength: 3,
      selector: (item) => item.name,
    },
  );
  const change = fc.record({
    labels: fc.oneof(
      patchedLabels,
      labels.map((map) => ({ ...map, $patch: 'replace' })),
    ),
    containers: patchedContainers,
    order: fc.option(fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 1 })),
    nodeSelector: patchedLabels,
    finalizers,
  });

  function deployment(metadata: JsonObject, pod: JsonObject): JsonObject {
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', ...metadata },
      spec: { template: { spec: pod } },
    };
  }

  function withoutNulls(value: JsonValue): JsonValue {
    if (Array.isArray(value)) return value.map(withoutNulls);
    if (!isJsonObject(value)) return value;
    const members = Object.entries(value).filter(([, member]) => member !== null);
    return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
  }

  it('gives the same result for random patches', { timeout: 30_000 }, async () => {
    let merged = 0;
    const property = fc.asyncProperty(base, change, async (doc, patch) => {
      const { order, containers: items } = patch;
      const ordered = order === null ? {} : { '$setElementOrder/containers': order.map((key) => ({ name: key })) };
      const before = deployment(
        { labels: doc.labels, finalizers: doc.finalizers },
        { containers: doc.containers, nodeSelector: doc.nodeSelector },
      );
      const diff: JsonObject = {
        metadata: { labels: patch.labels, finalizers: patch.finalizers },
        spec: { template: { spec: { containers: items as JsonValue, nodeSelector: patch.nodeSelector, ...ordered } } },
      };
      const expected = await oracle(before, diff);
      if (expected === undefined) {
        expect(() => strategicMergePatch(before, diff, SCHEMA)).toThrow(PatchError);
      } else {
        merged++;
        expect(strategicMergePatch(before, diff, SCHEMA)).toEqual(withoutNulls(expected));
      }
    });
    await fc.assert(property, { numRuns: 30 });
    expect(merged).toBeGreaterThan(5);
  });
});
