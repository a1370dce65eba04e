import type { HealthStatusCode } from '../health-status.ts';

/** Something that must hold of an object for a rule to apply. */
export type Term =
  | {
      readonly on: 'condition';
      readonly type: string;
      readonly negated: boolean;
      /** Only the newest condition, the last of the list, is looked at. */
      readonly last: boolean;
      readonly statuses?: readonly string[];
      readonly otherThan: boolean;
      readonly reasons?: readonly string[];
    }
  | {
      readonly on: 'field';
      readonly path: readonly string[];
      readonly negated: boolean;
      readonly operator?: Operator;
      readonly operand: string;
    }
  | { readonly on: 'staleness'; readonly condition?: string };

export type Operator = '=' | '!=' | '<' | '>' | '~';

export interface Rule {
  readonly status: HealthStatusCode;
  readonly terms: readonly Term[];
  /** With `{…}` for what is taken from the object. */
  readonly message?: string;
}

/** The rules of one kind, by `group/Kind`, either of which may be a pattern with `*`; the first rule that applies decides. */
export type RuleTable = ReadonlyMap<string, readonly Rule[]>;

const RULE = /^(?<status>\w+)(?: (?<terms>.*?))??(?: -> (?<message>.*))?$/;
const CONDITION =
  /^(?<negated>!?)(?<last>\^?)(?<type>[\w./-]+)(?:(?<operator>!?=)(?<statuses>[\w|]+))?(?::(?<reasons>[\w| ]+))?$/;
const FIELD = /^(?<negated>!?)(?<path>(?:\.(?:[\w/-]+|\*|\[[^\]]+\]))+)(?:(?<operator>!=|=|<|>|~)(?<operand>.*))?$/;
const STALENESS = /^stale(?:\((?<condition>\w+)\))?$/;

/**
 * Reads a table of health rules. A line without indentation names kinds, those under it are rules of the form
 * `STATUS [TERM [& TERM]…] [-> MESSAGE]`. Terms:
 *
 * - `Ready=False|Unknown:ReasonA|ReasonB`, `Ready!=True`, `!Ready`: a condition of `status.conditions`; `^Ready` only the last one
 * - `.status.phase=Failed|Error`, `.status.phase`, `!.status.phase`, `.status.ready<.spec.replicas`, `.status.phase~^Fail`: a field,
 *   where `*` stands for any member or item and `[a.b/c]` for a name with dots
 * - `stale`: the object's generation is not the one that was observed; `stale(Ready)`: not the one of that condition
 *
 * @throws {SyntaxError} for a line that is none of these
 */
export function parseRules(text: string): RuleTable {
  const table = new Map<string, Rule[]>();
  let kinds: readonly string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (!line.startsWith(' ')) {
      kinds = line.trim().split(/\s+/);
      for (const kind of kinds) table.set(kind, table.get(kind) ?? []);
      continue;
    }
    const rule = parseRule(line.trimStart());
    for (const kind of kinds) table.get(kind)?.push(rule);
  }
  return table;
}

function parseRule(line: string): Rule {
  const { status = '', terms, message } = groups(RULE, line);
  return {
    status: status as HealthStatusCode,
    terms: terms === undefined || terms === '' ? [] : terms.split(' & ').map(parseTerm),
    ...(message === undefined ? {} : { message: message.replaceAll(String.raw`\n`, '\n') }),
  };
}

function parseTerm(text: string): Term {
  const staleness = STALENESS.exec(text);
  if (staleness !== null) {
    const condition = staleness.groups?.['condition'];
    return { on: 'staleness', ...(condition === undefined ? {} : { condition }) };
  }
  return /^!?\./.test(text) ? parseField(text) : parseCondition(text);
}

function parseField(text: string): Term {
  const { negated, path = '', operator, operand = '' } = groups(FIELD, text);
  return {
    on: 'field',
    path: splitPath(path),
    negated: negated === '!',
    operand,
    ...(operator === undefined ? {} : { operator: operator as Operator }),
  };
}

/** `.metadata.labels.[app.kubernetes.io/name].*` as its members. */
export function splitPath(path: string): readonly string[] {
  return [...path.matchAll(/\.(?:\[(?<quoted>[^\]]+)\]|(?<plain>[^.[]+))/g)].map(
    ({ groups: found }) => found?.['quoted'] ?? found?.['plain'] ?? '',
  );
}

function parseCondition(text: string): Term {
  const { negated, last, type = '', operator, statuses, reasons } = groups(CONDITION, text);
  return {
    on: 'condition',
    type,
    negated: negated === '!',
    last: last === '^',
    otherThan: operator === '!=',
    ...(statuses === undefined ? {} : { statuses: statuses.split('|') }),
    ...(reasons === undefined ? {} : { reasons: reasons.split('|') }),
  };
}

function groups(pattern: RegExp, text: string): Readonly<Record<string, string | undefined>> {
  const match = pattern.exec(text);
  if (match === null) throw new SyntaxError(`Cannot read health rule: ${text}`);
  return match.groups ?? {};
}
