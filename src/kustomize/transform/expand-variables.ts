import type { FieldSpec } from '../config/field-spec.ts';
import { KustomizeError } from '../errors.ts';
import { formatNumber } from '../yaml/format-number.ts';
import { ExactScalar, assignTo, isMap, isText, textOf } from '../yaml/value.ts';
import type { YamlMap, YamlValue } from '../yaml/value.ts';
import { visitField } from './visit-field.ts';

export type VariableValue = string | number | boolean | ExactScalar;

/** By name; `undefined` for a variable whose references stay as they are. */
export type VariableValues = ReadonlyMap<string, VariableValue | undefined>;

/** Replaces `$(NAME)` in the texts that the field spec leads to: a text, or those of a map or list. */
export function expandVariables(node: YamlMap, spec: FieldSpec, values: VariableValues): void {
  visitField(node, {
    spec,
    visit(slot) {
      const value = slot.get();
      if (isText(value)) slot.set(expand(textOf(value), values));
      else if (Array.isArray(value)) expandItems(value, values, spec);
      else if (isMap(value)) expandFields(value, values);
    },
  });
}

function expandFields(map: YamlMap, values: VariableValues): void {
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (isText(value)) assignTo(map, key, expand(textOf(value), values));
  }
}

function expandItems(list: YamlValue[], values: VariableValues, spec: FieldSpec): void {
  for (const [i, item] of list.entries()) {
    if (typeof item !== 'string') {
      throw new KustomizeError('INVALID_VARIABLE', `Cannot replace variables in ${spec.path}: an item is no text`);
    }
    list[i] = expand(item, values);
  }
}

/** A text that is nothing but one reference takes the type of the value; `$$` stands for one dollar sign. */
export function expand(text: string, values: VariableValues): VariableValue {
  if (!text.includes('$')) return text;
  const whole = /^\$\(([^)]*)\)$/.exec(text)?.[1];
  if (whole !== undefined) return values.get(whole) ?? text;
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (reference: string, name: string | undefined) => {
    if (name === undefined) return '$';
    const value = values.get(name);
    return value === undefined ? reference : print(value);
  });
}

function print(value: VariableValue): string {
  if (value instanceof ExactScalar) return String(value.value);
  return typeof value === 'number' ? formatNumber(value) : String(value);
}
