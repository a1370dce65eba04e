import { getPath } from '../../object.ts';
import { conditionsOf, health, listAt, optionalNumberAt } from '../health-status.ts';
import type { Condition, HealthStatus } from '../health-status.ts';
import { splitPath } from './rule-table.ts';
import type { Rule, Term } from './rule-table.ts';

type ConditionTerm = Extract<Term, { on: 'condition' }>;
type FieldTerm = Extract<Term, { on: 'field' }>;

/** What the first rule that applies says; `undefined` when none does. */
export function applyRules(rules: readonly Rule[], object: unknown): HealthStatus | undefined {
  const conditions = conditionsOf(object);
  for (const rule of rules) {
    const matched = matchTerms(rule.terms, object, conditions);
    if (matched !== undefined) return health(rule.status, fill(rule.message, { object, conditions, matched }));
  }
  return undefined;
}

/** @returns the conditions that the terms matched, the one that a message speaks of last; `undefined` when a term does not hold */
function matchTerms(
  terms: readonly Term[],
  object: unknown,
  conditions: readonly Condition[],
): readonly Condition[] | undefined {
  const matched: Condition[] = [];
  for (const term of terms) {
    if (term.on === 'condition') {
      const found = findCondition(term, conditions);
      if ((found === undefined) !== term.negated) return undefined;
      if (found !== undefined) matched.push(found);
    } else if (!(term.on === 'field' ? fieldHolds(term, object) : isStale(object, term.condition))) {
      return undefined;
    }
  }
  return matched;
}

function findCondition(term: ConditionTerm, conditions: readonly Condition[]): Condition | undefined {
  return (term.last ? conditions.slice(-1) : conditions).find(
    ({ type, status, reason }) =>
      type === term.type &&
      term.statuses?.includes(status) !== term.otherThan &&
      term.reasons?.includes(reason) !== false,
  );
}

function fieldHolds({ path, negated, operator, operand }: FieldTerm, object: unknown): boolean {
  const found = valuesAt(object, path).filter(isGiven);
  if (operator === undefined) return (found.length === 0) === negated;
  const other = operand.startsWith('.') ? valuesAt(object, splitPath(operand))[0] : operand;
  const values = found.length === 0 && !path.includes('*') ? [undefined] : found;
  return values.some((value) => compare(value, operator, other)) !== negated;
}

/** The values at a path in which `*` stands for any member or item, and `?phase=a`, `?phase!=a` keep those with that member. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  if (value === null || typeof value !== 'object') return [];
  if (first.startsWith('?')) {
    const [name = '', wanted = ''] = first.slice(1).split(/!?=/);
    return (text(getPath(value, name)) === wanted) !== first.includes('!=') ? valuesAt(value, rest) : [];
  }
  if (first === '*') return Object.values(value).flatMap((item) => valuesAt(item, rest));
  return Object.hasOwn(value, first) ? valuesAt((value as Record<string, unknown>)[first], rest) : [];
}

function compare(value: unknown, operator: NonNullable<FieldTerm['operator']>, operand: unknown): boolean {
  switch (operator) {
    case '<':
      return Number(value ?? 0) < Number(operand ?? 0);
    case '>':
      return Number(value ?? 0) > Number(operand ?? 0);
    case '~':
      return new RegExp(text(operand)).test(text(value));
    case '=':
    case '!=':
      return text(operand).split('|').includes(text(value)) === (operator === '=');
  }
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return !(Array.isArray(value) && value.length === 0);
}

function isStale(object: unknown, condition: string | undefined): boolean {
  const generation = optionalNumberAt(object, 'metadata', 'generation');
  const observed =
    condition === undefined
      ? optionalNumberAt(object, 'status', 'observedGeneration')
      : listAt(object, 'status', 'conditions')
          .filter((candidate) => getPath(candidate, 'type') === condition)
          .map((candidate) => optionalNumberAt(candidate, 'observedGeneration'))
          .find((found) => found !== undefined);
  return generation !== undefined && observed !== undefined && observed !== generation;
}

interface Context {
  readonly object: unknown;
  readonly conditions: readonly Condition[];
  readonly matched: readonly Condition[];
}

function fill(message: string | undefined, context: Context): string | undefined {
  return message?.replaceAll(/\{([^{}]+)\}/g, (_, alternatives: string) => {
    for (const name of alternatives.split('|')) {
      const found = placeholder(name, context);
      if (found !== '') return found;
    }
    return '';
  });
}

/**
 * `message`, `reason` of the matched condition, `Ready.reason` of a named one, `.status.phase`, `.status.sha:7` its beginning,
 * `#.status.items.*` a count, `conditions` and `unmet` lists of conditions, `'text'`.
 */
function placeholder(name: string, { object, conditions, matched }: Context): string {
  if (name.startsWith("'")) return name.slice(1, -1);
  if (name.startsWith('#')) return String(valuesAt(object, splitPath(name.slice(1))).length);
  if (name.startsWith('.')) return fieldText(object, name);
  if (name === 'conditions')
    return conditions.map(({ type, status }, index) => `${index + 1}: ${type} | ${status}\n`).join('');
  if (name === 'unmet')
    return conditions
      .filter(({ status }) => status !== 'True')
      .map(describe)
      .join('');
  const [type = '', member] = name.split('.');
  const condition = member === undefined ? matched.at(-1) : conditions.find((candidate) => candidate.type === type);
  return text(condition?.[(member ?? type) as keyof Condition]);
}

function fieldText(object: unknown, name: string): string {
  const [path = '', length] = name.split(':');
  const found = valuesAt(object, splitPath(path)).map(text).filter(Boolean).join(', ');
  return length === undefined ? found : found.slice(0, Number(length));
}

function describe({ type, status, reason, message }: Condition): string {
  const since = reason === '' ? '' : `, since ${reason}.`;
  return `${type} is ${status}${since}${message === '' ? '' : ` ${message}`}\n`;
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
