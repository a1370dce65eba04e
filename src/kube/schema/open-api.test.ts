import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/index.ts';
import { objectMetaSchema } from './builtin.ts';
import { schemaFromOpenApi } from './open-api.ts';

const string = { type: 'string' };

describe('schemaFromOpenApi', () => {
  const cases: { readonly name: string; readonly schema: JsonObject; readonly node: object }[] = [
    { name: 'scalars', schema: { type: 'integer', default: 3 }, node: { type: 'integer', default: 3 } },
    { name: 'times', schema: { type: 'string', format: 'date-time' }, node: { type: 'time' } },
    {
      name: 'int or string',
      schema: { 'x-kubernetes-int-or-string': true, anyOf: [] },
      node: { type: 'int-or-string' },
    },
    { name: 'atomic lists', schema: { type: 'array', items: string }, node: { type: 'list', items: string } },
    {
      name: 'sets',
      schema: { type: 'array', items: string, 'x-kubernetes-list-type': 'set' },
      node: { type: 'list', listType: 'set' },
    },
    {
      name: 'lists by keys',
      schema: {
        type: 'array',
        items: { type: 'object' },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['a', 'b'],
      },
      node: { type: 'list', listType: 'map', keys: ['a', 'b'] },
    },
    { name: 'maps', schema: { type: 'object', additionalProperties: string }, node: { type: 'map', values: string } },
    {
      name: 'atomic maps',
      schema: { type: 'object', additionalProperties: string, 'x-kubernetes-map-type': 'atomic' },
      node: { type: 'map', atomic: true },
    },
    {
      name: 'free objects',
      schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      node: { type: 'any' },
    },
    { name: 'untyped values', schema: { 'x-kubernetes-preserve-unknown-fields': true }, node: { type: 'any' } },
    {
      name: 'objects that keep unknown fields',
      schema: {
        type: 'object',
        properties: { a: string },
        required: ['a'],
        'x-kubernetes-preserve-unknown-fields': true,
      },
      node: { type: 'object', fields: new Map([['a', string]]), required: ['a'], preserveUnknown: true },
    },
  ];

  it.each(cases)('reads $name', ({ schema, node }) => {
    const read = schemaFromOpenApi({ type: 'object', properties: { spec: schema } });
    expect(read.fields.get('spec')).toMatchObject(node);
  });

  it('gives embedded resources and the root the fields of an object', () => {
    const embedded = {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    };
    const read = schemaFromOpenApi({ type: 'object', properties: { spec: embedded, metadata: { type: 'object' } } });
    const spec = read.fields.get('spec');
    for (const node of [read, spec]) {
      if (node?.type !== 'object') throw new Error('no object');
      expect(node.fields.get('metadata')).toBe(objectMetaSchema());
      expect(node.fields.get('kind')).toEqual(string);
    }
    expect(spec).toMatchObject({ preserveUnknown: true });
  });
});
