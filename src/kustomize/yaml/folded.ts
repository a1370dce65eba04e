import yaml from 'js-yaml';

/** A line that ends as the head of a folded block does; cheap, and right often enough to be worth a closer look. */
const MAYBE = />[-+0-9]*[ \t]*(?:#.*)?$/m;

/** A folded block where a value starts: white space, comments, anchors and tags may come first. */
const HEAD = /(?:\s|#.*|[&!]\S*\s)*>[-+0-9]*[ \t]*(?:#.*)?(?:\r?\n|$)/y;

/**
 * Reads folded blocks as upstream has them in the end: it prints an object once in the style of the file and reads
 * that again, and its printer puts an empty line too many before lines that are indented further. `undefined` when the
 * text has no folded block.
 */
export function foldedBlockListener(text: string): ((event: yaml.EventType, state: yaml.State) => void) | undefined {
  if (!MAYBE.test(text)) return undefined;
  const starts: number[] = [];
  let depth = 0;
  return (event, state) => {
    if (event === 'open') {
      starts[depth++] = state.position;
      return;
    }
    const start = starts[--depth] ?? 0;
    if (state.kind !== 'scalar' || typeof state.result !== 'string') return;
    HEAD.lastIndex = start;
    if (HEAD.test(state.input)) state.result = reread(state.result);
  };
}

/** A block is printed unless a space would be lost at the end of a line. */
function reread(value: string): string {
  if (!value.includes('\n') || / (?:\n|$)/.test(value)) return value;
  const printed = yaml.load(`text: ${printFolded(value)}`, { schema: yaml.FAILSAFE_SCHEMA });
  return (printed as { readonly text: string }).text;
}

function printFolded(value: string): string {
  const hint = /^\s/.test(value) ? '2' : '';
  const chomp = !value.endsWith('\n') ? '-' : /(?:^|\n)\n$/.test(value) ? '+' : '';
  return `>${hint}${chomp}\n${printLines(value)}`;
}

function printLines(value: string): string {
  const startsBlank = /^\n*(?:[ \t]|$)/.test(value);
  let out = '';
  let isIndented = true;
  let atStart = true;
  for (const char of value) {
    if (char === '\n') {
      out += atStart || isIndented || startsBlank ? '\n' : '\n\n';
      atStart = true;
      continue;
    }
    if (atStart) {
      out += '  ';
      isIndented = char === ' ' || char === '\t';
    }
    out += char;
    atStart = false;
  }
  return out;
}
