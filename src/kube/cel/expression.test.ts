import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../core/index.ts';
import { ExpressionError, compileExpression } from './expression.ts';

const TEXT: JsonObject = { type: 'string' };
const WHOLE: JsonObject = { type: 'integer' };

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, ...more };
}

function list(items: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'array', items, ...more };
}

const SCHEMA = object(
  {
    spec: object({
      replicas: WHOLE,
      ratio: { type: 'number' },
      name: TEXT,
      'my-key': TEXT,
      namespace: TEXT,
      ports: list(object({ name: TEXT, port: { 'x-kubernetes-int-or-string': true } }), { maxItems: 16 }),
      tags: list(TEXT, { maxItems: 64 }),
      labels: { type: 'object', additionalProperties: TEXT },
      started: { type: 'string', format: 'date-time' },
      timeout: { type: 'string', format: 'duration' },
      secret: { type: 'string', format: 'byte' },
      left: object({ a: WHOLE }),
      right: object({ a: WHOLE }),
      open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      maybe: { type: 'string', nullable: true },
    }),
  },
  { 'x-kubernetes-embedded-resource': true },
);

const VALUE: JsonObject = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'w', labels: { a: 'b' } },
  spec: {
    replicas: 3,
    ratio: 2,
    name: 'web-1',
    'my-key': 'x',
    namespace: 'prod',
    ports: [
      { name: 'http', port: 80 },
      { name: 'https', port: '443' },
    ],
    tags: ['a', 'b'],
    labels: { team: 'red' },
    started: '2026-01-02T03:04:05Z',
    timeout: '90s',
    secret: 'aGVsbG8=',
    left: { a: 1 },
    right: { a: 1 },
    open: { deep: { number: 4 } },
    maybe: null,
  },
};

function evaluate(source: string, values: Readonly<Record<string, JsonValue>> = {}): boolean | string {
  const variables = { self: { schema: SCHEMA }, oldSelf: { schema: SCHEMA } };
  const expression = compileExpression(source, { variables, result: 'bool' });
  return expression.evaluate({ self: VALUE, oldSelf: VALUE, ...values }, { left: 1_000_000 });
}

describe('compileExpression', () => {
  it.each([
    { of: 'whole numbers', source: 'self.spec.replicas % 2 == 1 && self.spec.replicas / 2 == 1' },
    { of: 'fractions', source: 'self.spec.ratio * 1.5 == 3.0 && self.spec.ratio < 3' },
    { of: 'metadata', source: 'self.metadata.name == "w" && self.kind == "Widget"' },
    {
      of: 'names that are no identifiers',
      source: 'self.spec.my__dash__key == "x" && self.spec.__namespace__ == "prod"',
    },
    { of: 'presence', source: 'has(self.spec.name) && has(self.spec.maybe) && self.spec.maybe == null' },
    { of: 'absence', source: '!has(oldSelf.spec.left.a) || self.spec.left.a >= oldSelf.spec.left.a' },
    { of: 'one of several', source: '[has(self.spec.name), has(self.spec.left)].filter(x, x == true).size() == 2' },
    { of: 'objects', source: 'self.spec.left == oldSelf.spec.left && self == oldSelf && self.spec.left != null' },
    { of: 'lists of objects', source: 'self.spec.ports == oldSelf.spec.ports' },
    { of: 'items', source: 'self.spec.ports.all(p, oldSelf.spec.ports.exists_one(o, o.name == p.name))' },
    { of: 'items that are in', source: 'self.spec.ports.all(p, p in oldSelf.spec.ports)' },
    { of: 'integers or texts', source: 'self.spec.ports[0].port == 80 && type(self.spec.ports[1].port) == string' },
    { of: 'maps', source: 'self.spec.labels.all(k, self.spec.labels[k].size() < 4) && "team" in self.spec.labels' },
    {
      of: 'optional values',
      source: 'self.?spec.?labels["team"].orValue("") == "red" && !self.spec.labels[?"x"].hasValue()',
    },
    {
      of: 'times',
      source: 'self.spec.started < timestamp("2027-01-01T00:00:00Z") && self.spec.started.getFullYear() == 2026',
    },
    { of: 'durations', source: 'self.spec.timeout == duration("1m30s") && self.spec.timeout < duration("1h")' },
    { of: 'bytes', source: 'self.spec.secret == b"hello" && size(self.spec.secret) == 5' },
    { of: 'what the schema leaves open', source: 'self.spec.open.deep.number == 4' },
    { of: 'RE2', source: 'self.spec.name.matches("(?i)^WEB-[0-9]+$") && !"a\\nb".matches("^a$")' },
    { of: 'finds', source: '"a1b22".find("[0-9]+") == "1" && "a1b22".findAll("[0-9]+") == ["1", "22"]' },
    { of: 'limited finds', source: '"a1b22".findAll("[0-9]+", 1) == ["1"]' },
    { of: 'replacements', source: '"a-b-c".replace("-", ".") == "a.b.c" && "a-b-c".replace("-", "", 1) == "ab-c"' },
    { of: 'characters', source: '"añb".charAt(1) == "ñ" && "a,b".split(",").join("+") == "a+b"' },
    { of: 'quotes', source: 'strings.quote("a\\"b") == "\\"a\\\\\\"b\\""' },
    { of: 'formats', source: '"%s=%d %.2f %x %%".format(["a", 3, 1.5, 255]) == "a=3 1.50 ff %"' },
    { of: 'formats of lists', source: '"%s".format([self.spec.tags]) == "[a, b]"' },
    { of: 'sorted lists', source: '[1, 2, 2].isSorted() && !["b", "a"].isSorted()' },
    { of: 'sums', source: '[1, 2].sum() == 3 && [1, 5, 2].max() == 5 && [3, 1].min() == 1' },
    { of: 'places', source: 'self.spec.tags.indexOf("b") == 1 && [1, 2, 1].lastIndexOf(1) == 2' },
    {
      of: 'sets',
      source: 'sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])',
    },
    { of: 'URLs', source: 'url("https://a.b:80/c?d=e").getHostname() == "a.b" && url("/x").getEscapedPath() == "/x"' },
    {
      of: 'parts of URLs',
      source: 'url("https://a.b:80/c?d=e").getPort() == "80" && url("https://a/?d=e").getQuery()["d"] == ["e"]',
    },
    { of: 'what is no URL', source: '!isURL("a b") && !isURL("name") && isURL("https://[::1]:80/")' },
    { of: 'addresses', source: 'ip("10.0.0.1").family() == 4 && ip("::1").isLoopback() && !isIP("1.2.3")' },
    { of: 'canonical addresses', source: 'ip.isCanonical("2001:db8::1") && !ip.isCanonical("2001:DB8::1")' },
    { of: 'kinds of addresses', source: 'ip("8.8.8.8").isGlobalUnicast() && ip("169.254.1.1").isLinkLocalUnicast()' },
    {
      of: 'ranges',
      source: 'cidr("10.0.0.0/8").containsIP("10.1.2.3") && !cidr("10.0.0.0/8").containsCIDR("11.0.0.0/16")',
    },
    { of: 'masks', source: 'string(cidr("192.168.1.7/24").masked()) == "192.168.1.0/24" && !isCIDR("1.2.3.4/33")' },
    {
      of: 'quantities',
      source:
        'quantity("1Gi").isGreaterThan(quantity("1G")) && quantity("500m").add(quantity("500m")) == quantity("1")',
    },
    {
      of: 'whole quantities',
      source: 'quantity("2k").asInteger() == 2000 && !quantity("1500m").isInteger() && !isQuantity("x")',
    },
    { of: 'bindings', source: 'cel.bind(n, self.spec.name, n.startsWith("web") && n.size() == 5)' },
  ])('evaluates $of', ({ source }) => {
    expect(evaluate(source)).toBe(true);
  });

  it.each([
    { what: 'half an expression', source: 'self.spec.' },
    { what: 'a field that the schema does not have', source: 'self.spec.nope == 1' },
    { what: 'a variable that is none', source: 'other == 1' },
    { what: 'a function that is none', source: 'self.spec.name.shout()' },
    { what: 'types that cannot be compared', source: 'self.spec.name == 1' },
    { what: 'a result of another type', source: 'self.spec.name' },
    { what: 'a pattern that is none', source: 'self.spec.name.matches("(")' },
    { what: 'objects of different schemas as one', source: 'self.spec.left == self.spec' },
  ])('refuses $what', ({ source }) => {
    const compile = (): unknown => evaluate(source);
    expect(compile).toThrow(ExpressionError);
  });

  it('refuses what may take too long for values that the schema allows', () => {
    const schema = object({ names: list(TEXT) });
    const options = { variables: { self: { schema } }, result: 'bool' } as const;
    const twice = 'self.names.all(a, self.names.all(b, a == b))';
    expect(() => compileExpression(twice, options)).toThrow(ExpressionError);
    expect(() => compileExpression('self.names.all(a, a != "")', options)).not.toThrow();
    const bounded = { ...options, variables: { self: { schema: object({ names: list(TEXT, { maxItems: 100 }) }) } } };
    expect(() => compileExpression(twice, bounded)).not.toThrow();
  });

  it('does not begin what takes more steps than are left', () => {
    const source = 'object.all(a, object.all(b, a == b))';
    const expression = compileExpression(source, { variables: { object: {} }, result: 'bool' });
    const many = Array.from({ length: 20_000 }, () => 'x');
    const start = performance.now();
    expect(() => expression.evaluate({ object: many }, { left: 1_000_000 })).toThrow(ExpressionError);
    expect(performance.now() - start).toBeLessThan(1_000);
    const budget = { left: 1_000 };
    expect(expression.evaluate({ object: ['x', 'x'] }, budget)).toBe(true);
    expect(budget.left).toBeLessThan(1_000);
  });

  it('tells of a key that is not there when it is asked', () => {
    expect(() => evaluate('self.spec.open.nothing == 1')).toThrow(ExpressionError);
    expect(evaluate('self.spec.open.nothing == 1 || true')).toBe(true);
  });

  it('never reaches what JavaScript adds to values', () => {
    for (const source of [
      'self.spec.open.constructor == 1',
      'self.spec.open.__proto__ == 1',
      'self.spec.tags.length == 2',
    ])
      expect(() => evaluate(source)).toThrow(ExpressionError);
  });
});
