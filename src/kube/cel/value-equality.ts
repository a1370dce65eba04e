/** Whether two values of expressions are the same, members and items included. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameValue(item, other[at]));
  if (one instanceof Map) return other instanceof Map && sameMembers(one, other);
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime();
  return isNumeric(one) && isNumeric(other) && Number(one) === Number(other);
}

function sameMembers(one: ReadonlyMap<unknown, unknown>, other: ReadonlyMap<unknown, unknown>): boolean {
  return (
    one.size === other.size && [...one].every(([key, value]) => other.has(key) && sameValue(value, other.get(key)))
  );
}

function isNumeric(value: unknown): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}
