import type { Environment } from '@marcbachmann/cel-js';
import { addNamespace } from './namespace.ts';
import { sameValue } from './value-equality.ts';

const SYNC = { async: false };

type Ordered = bigint | number | string | boolean | Date;
type List = readonly unknown[];

/** The functions on lists that Kubernetes adds, and those on sets. */
export function addLists(environment: Environment): void {
  environment
    .registerFunction('list.isSorted(): bool', isSorted, SYNC)
    .registerFunction('list.sum(): dyn', sum, SYNC)
    .registerFunction('list.min(): dyn', (list: List) => extreme('min', list), SYNC)
    .registerFunction('list.max(): dyn', (list: List) => extreme('max', list), SYNC)
    .registerFunction('list.indexOf(dyn): int', (list: List, value: unknown) => indexOf(list, value), SYNC)
    .registerFunction('list.lastIndexOf(dyn): int', lastIndexOf, SYNC);
  const sets = addNamespace(environment, 'sets');
  const has = (list: List, value: unknown): boolean => indexOf(list, value) >= 0n;
  const contains = (list: List, other: List): boolean => other.every((value) => has(list, value));
  environment
    .registerFunction(`${sets}.contains(list, list): bool`, (_sets: unknown, a: List, b: List) => contains(a, b), SYNC)
    .registerFunction(
      `${sets}.equivalent(list, list): bool`,
      (_sets: unknown, a: List, b: List) => contains(a, b) && contains(b, a),
      SYNC,
    )
    .registerFunction(
      `${sets}.intersects(list, list): bool`,
      (_sets: unknown, a: List, b: List) => a.some((value) => has(b, value)),
      SYNC,
    );
}

function isSorted(list: readonly Ordered[]): boolean {
  return list.every((value, index) => index === 0 || (list[index - 1] ?? value) <= value);
}

function sum(list: readonly (bigint | number)[]): bigint | number {
  if (list.every((value) => typeof value === 'bigint')) return list.reduce((total, value) => total + value, 0n);
  return list.reduce<number>((total, value) => total + Number(value), 0);
}

function extreme(which: 'min' | 'max', list: List): Ordered {
  const [first, ...others] = list as readonly Ordered[];
  if (first === undefined) throw new Error(`${which} called on empty list`);
  return others.reduce((best, value) => ((which === 'min' ? value < best : value > best) ? value : best), first);
}

function indexOf(list: List, value: unknown): bigint {
  return BigInt(list.findIndex((item) => sameValue(item, value)));
}

function lastIndexOf(list: List, value: unknown): bigint {
  return BigInt(list.findLastIndex((item) => sameValue(item, value)));
}
