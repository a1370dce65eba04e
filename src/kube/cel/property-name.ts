const NAME = /^[A-Za-z_./-][A-Za-z0-9_./-]*$/;
const SPECIAL: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};
const RESERVED: ReadonlySet<string> = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace ' +
    'return var void while'
  ).split(' '),
);

/** The name under which an expression reaches a property; `undefined` when it cannot. */
export function identifierOf(property: string): string | undefined {
  if (!NAME.test(property)) return undefined;
  if (RESERVED.has(property)) return `__${property}__`;
  return property.replace(/__|[./-]/g, (part) => SPECIAL[part] ?? part);
}
