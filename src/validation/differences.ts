import { isJsonObject } from '../core/index.ts';
import type { JsonObject, JsonValue } from '../core/index.ts';
import { asJson, gvkOf } from '../kube/index.ts';
import type { AllowList } from './allowed-differences.ts';
import { printPath } from './field-path.ts';
import type { FieldPath } from './field-path.ts';
import type { NewFinding } from './finding.ts';
import type { Locator } from './locate.ts';
import { aboutObject, environmentName } from './rendered.ts';
import type { PlacedObject, RenderedOverlay } from './rendered.ts';

/** The environments of one service, the last the one that the others are compared with. */
export type EnvironmentGroup = readonly RenderedOverlay[];

/** What differs between environments beyond what is allowed. */
export async function checkDifferences(
  group: EnvironmentGroup,
  allowed: AllowList,
  locator: Locator,
): Promise<readonly NewFinding[]> {
  const reference = group.at(-1);
  if (reference === undefined) return [];
  const found: NewFinding[] = [];
  for (const environment of group.slice(0, -1)) {
    for (const difference of compare(environment, reference)) {
      const names = [environmentName(environment), environmentName(reference)];
      const paths = difference.paths.filter((path) => !allowed.allows(difference.placed.object, path, names));
      if (paths.length > 0) found.push(await toFinding({ ...difference, paths }, names, locator));
    }
  }
  return found;
}

interface Difference {
  readonly placed: PlacedObject;
  /** One empty path: the object is in one of the environments only. */
  readonly paths: readonly FieldPath[];
}

function compare(environment: RenderedOverlay, reference: RenderedOverlay): readonly Difference[] {
  const left = byOrigin(environment);
  const right = byOrigin(reference);
  const only = [...right].filter(([key]) => !left.has(key)).map(([, { placed }]) => ({ placed, paths: [[]] }));
  const both = [...left].map(([key, { placed, value }]): Difference => {
    const other = right.get(key);
    return { placed, paths: other === undefined ? [[]] : differingPaths(value, other.value, []) };
  });
  return [...both, ...only].filter(({ paths }) => paths.length > 0);
}

interface Comparable {
  readonly placed: PlacedObject;
  /** With the names that objects had before prefixes, suffixes and hashes. */
  readonly value: JsonObject;
}

function byOrigin({ objects }: RenderedOverlay): ReadonlyMap<string, Comparable> {
  const names = new Map(
    objects.flatMap(({ object: { metadata }, source }) =>
      metadata.name === undefined || metadata.name === source.name ? [] : [[metadata.name, source.name] as const],
    ),
  );
  const found = new Map<string, Comparable>();
  for (const placed of objects) {
    const { group, kind } = gvkOf(placed.object);
    const base = `${group}/${kind}/${placed.source.name}`;
    const key = found.has(base) ? `${base}/${placed.object.metadata.namespace ?? ''}` : base;
    found.set(key, { placed, value: withNames(asJson(placed.object), names) as JsonObject });
  }
  return found;
}

function withNames(value: JsonValue, names: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => withNames(item, names));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withNames(field, names)]));
}

function differingPaths(a: JsonValue | undefined, b: JsonValue | undefined, path: FieldPath): FieldPath[] {
  if (a === b) return [];
  const left = fieldsOf(a);
  const right = fieldsOf(b);
  if (left === undefined && right === undefined) return [path];
  if ((left === undefined && a !== undefined) || (right === undefined && b !== undefined)) return [path];
  const steps = new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])]);
  return [...steps].flatMap((step) => differingPaths(left?.get(step), right?.get(step), [...path, step]));
}

/** Items that have names are told by them, others by their place. `undefined` for a scalar. */
function fieldsOf(value: JsonValue | undefined): ReadonlyMap<string | number, JsonValue> | undefined {
  if (isJsonObject(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return undefined;
  const names = value.map((item) => (isJsonObject(item) ? item['name'] : undefined));
  const areNamed = names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
  return new Map(value.map((item, i) => [areNamed ? String(names[i]) : i, item]));
}

const MAX_PATHS = 4;

async function toFinding(
  { placed, paths }: Difference,
  [environment, reference]: readonly string[],
  locator: Locator,
): Promise<NewFinding> {
  const here = environmentName(placed.overlay);
  const shown = paths.slice(0, MAX_PATHS).map(printPath).join(', ');
  const more = paths.length > MAX_PATHS ? ` and ${paths.length - MAX_PATHS} more` : '';
  const message =
    paths[0]?.length === 0
      ? `Is in ${here} only, and not in ${here === environment ? reference : environment}`
      : `Differs between ${environment} and ${reference} in ${shown}${more}`;
  return {
    rule: 'difference',
    ...(await aboutObject(placed, locator)),
    overlays: [placed.overlay.path],
    message,
    mend: 'Move it into the base, or allow it under differences in stoa-validate.yaml with the reason',
  };
}
