/**
 * Whether version `a` is later than `b`. Kubernetes documents versions as comparable numbers of any length since 1.35,
 * and has always used them so; `undefined` when either is not such a number.
 */
export function isLater(a: string | undefined, b: string | undefined): boolean | undefined {
  if (!isVersion(a) || !isVersion(b)) return undefined;
  return a.length === b.length ? a > b : a.length > b.length;
}

function isVersion(text: string | undefined): text is string {
  return text !== undefined && /^[1-9]\d*$/.test(text);
}
