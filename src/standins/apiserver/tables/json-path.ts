import { isJsonObject } from '../../../core/index.ts';
import type { JsonValue } from '../../../core/index.ts';

/** One step of a path: what it selects from a value. */
type Step = (value: JsonValue) => readonly JsonValue[];

export type JsonPath = (value: JsonValue) => readonly JsonValue[];

const STEP =
  /\.\.?(?<name>(?:\\.|[^.[\]\\])+)|\[['"](?<quoted>[^'"]*)['"]\]|\[(?<index>-?\d+)\]|(?<all>\[\*\]|\.\*)|\[\?\(@\.(?<field>[^=!<>)\s]+)\s*(?<operator>==|!=)\s*(?<literal>"[^"]*"|'[^']*'|[^)\s]+)\s*\)\]/y;
const MAX_STEPS = 64;

/**
 * Compiles the JSONPath of a printer column: members, quoted members, indexes, `[*]` and filters such as
 * `[?(@.type=="Ready")]`. `undefined` when it uses anything else.
 */
export function compileJsonPath(text: string): JsonPath | undefined {
  const path = text.replace(/^\{|\}$/g, '').replace(/^\$/, '');
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const groups = STEP.exec(path)?.groups;
    if (groups === undefined || steps.length === MAX_STEPS) return undefined;
    steps.push(stepOf(groups));
  }
  return (value) => {
    let selected: readonly JsonValue[] = [value];
    for (const step of steps) selected = selected.flatMap(step);
    return selected;
  };
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step {
  const { name, quoted, index, field, operator, literal } = groups;
  if (name === '*') return children;
  if (name !== undefined) return member(name.replace(/\\(.)/g, '$1'));
  if (quoted !== undefined) return member(quoted);
  if (index !== undefined) return (value) => (Array.isArray(value) ? present(value.at(Number(index))) : []);
  if (field === undefined) return children;
  return filter(field.split('.'), operator === '==', literalValue(literal ?? ''));
}

function member(name: string): Step {
  return (value) => (isJsonObject(value) && Object.hasOwn(value, name) ? present(value[name]) : []);
}

function children(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function filter(path: readonly string[], equal: boolean, wanted: JsonValue): Step {
  const steps = path.map(member);
  return (value) =>
    children(value).filter((item) => {
      let found: readonly JsonValue[] = [item];
      for (const step of steps) found = found.flatMap(step);
      return found.some((each) => (each === wanted) === equal);
    });
}

function literalValue(text: string): JsonValue {
  if (/^["'].*["']$/s.test(text)) return text.slice(1, -1);
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function present(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value];
}
