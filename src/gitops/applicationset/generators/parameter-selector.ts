import type { Generator, ParameterSet } from '../application-set.ts';
import { GeneratorError } from './generator-error.ts';
import { flatten } from './parameters.ts';

/** Whether a selector takes a parameter set: as labels, but of any length and with any characters. */
export function selectorMatches(selector: Generator['selector'], set: ParameterSet): boolean {
  if (selector === undefined || selector === null) return true;
  const texts = flatten(set);
  const value = (key: string): string | undefined => (Object.hasOwn(texts, key) ? texts[key] : undefined);
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, wanted]) => value(key) === wanted);
  return equal && (selector.matchExpressions ?? []).every((expression) => holds(expression, value(expression.key)));
}

interface Expression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new GeneratorError(`${JSON.stringify(operator)} is not a valid label selector operator`);
  }
}
