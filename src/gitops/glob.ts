const SPECIAL = /[.+^$()|\\]/g;

/**
 * Compiles a glob: `*` any run of characters but separators, `**` any run, `?` one character, `[a-z]`, `[!a]`, `{a,b}`.
 * Without separators `*` runs over everything, as in AppProject destinations.
 * @returns undefined when the pattern is malformed, which then matches nothing
 */
function compile(pattern: string, separators: string): RegExp | undefined {
  const other = separators === '' ? '[\\s\\S]' : `[^${separators.replace(/[\]\\^-]/g, '\\$&')}]`;
  let depth = 0;
  let out = '';
  for (const [token] of pattern.matchAll(TOKENS)) {
    if (token === '[') return undefined;
    if (token === '{') depth++;
    if (token === '}') depth--;
    out += translate(token, { depth, other });
  }
  return depth === 0 ? toRegExp(`^(?:${out})$`) : undefined;
}

/** Runs of stars, whole character classes, single characters. */
const TOKENS = /\*+|\[[^\]][^\]]*\]|[\s\S]/gu;

function translate(token: string, at: { readonly depth: number; readonly other: string }): string {
  if (token.startsWith('*')) return token === '*' ? `${at.other}*` : '[\\s\\S]*';
  return token.length > 1 && token.startsWith('[') ? characterClass(token.slice(1, -1)) : literal(token, at);
}

function literal(char: string, at: { readonly depth: number; readonly other: string }): string {
  switch (char) {
    case '?':
      return at.other;
    case '{':
      return '(?:';
    case '}':
      return ')';
    case ',':
      return at.depth > 0 ? '|' : ',';
    default:
      return char.replace(SPECIAL, '\\$&');
  }
}

function characterClass(body: string): string {
  const negated = body.startsWith('!') || body.startsWith('^');
  const members = (negated ? body.slice(1) : body).replace(/[\\\]^]/g, '\\$&');
  return `[${negated ? '^' : ''}${members}]`;
}

function toRegExp(text: string): RegExp | undefined {
  try {
    return new RegExp(text);
  } catch {
    // A range such as [z-a]: the pattern is malformed.
    return undefined;
  }
}

/** Whether `text` matches the glob `pattern` as a whole. `separators` stop `*`. */
export function globMatch(pattern: string, text: string, separators = ''): boolean {
  return compile(pattern, separators)?.test(text) ?? false;
}

/** {@link globMatch} where a leading `!` turns the verdict round. */
export function globMatchNegatable(pattern: string, text: string, separators = ''): boolean {
  return pattern.startsWith('!')
    ? !globMatch(pattern.slice(1), text, separators)
    : globMatch(pattern, text, separators);
}
