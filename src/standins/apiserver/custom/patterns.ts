/** The longest pattern that is compiled. */
const MAX_LENGTH = 4_096;

const compiled = new Map<string, RegExp | undefined>();
const MAX_KEPT = 10_000;

/** A `pattern` as a regular expression; `undefined` when it is none. */
export function patternOf(pattern: string): RegExp | undefined {
  if (compiled.has(pattern)) return compiled.get(pattern);
  if (compiled.size >= MAX_KEPT) compiled.clear();
  const expression = pattern.length <= MAX_LENGTH ? compile(pattern) : undefined;
  compiled.set(pattern, expression);
  return expression;
}

function compile(pattern: string): RegExp | undefined {
  // Go writes flags and the end of the text differently
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(pattern) ?? [];
  const source = rest.replaceAll('\\z', '$').replaceAll('\\A', '^').replaceAll('(?P<', '(?<');
  for (const mode of [`${flags}u`, flags]) {
    try {
      return new RegExp(source, mode);
    } catch {
      // tried again without Unicode: Go takes more escapes than JavaScript's Unicode mode
    }
  }
  return undefined;
}
