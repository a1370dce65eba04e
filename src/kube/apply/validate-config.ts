import { isJsonObject } from '../../core/index.ts';
import type { JsonValue } from '../../core/index.ts';
import type { SchemaNode } from '../schema-node.ts';
import { fieldElement, formatFieldPath, itemElement } from './path-element.ts';

type ListNode = Extract<SchemaNode, { type: 'list' }>;
type Path = readonly string[];

const MAX_PROBLEMS = 10;

/** What hinders `value` from being applied as a value of `node`, in the words of the API server; empty when nothing. */
export function validateConfig(value: JsonValue, node: SchemaNode): readonly string[] {
  const problems: string[] = [];
  visit({ value, node, path: [], problems });
  return problems;
}

interface Visit {
  readonly value: JsonValue;
  readonly node: SchemaNode;
  readonly path: Path;
  readonly problems: string[];
}

function visit(at: Visit): void {
  const { node, value } = at;
  if (value === null || node.type === 'any' || at.problems.length >= MAX_PROBLEMS) return;
  if (node.type === 'object' || node.type === 'map') visitMembers(at, node);
  else if (node.type === 'list') visitItems(at, node);
  else visitScalar(at, node.type);
}

function report({ path, problems }: Visit, message: string): void {
  problems.push(`${formatFieldPath(path)}: ${message}`);
}

function visitMembers(at: Visit, node: Extract<SchemaNode, { type: 'object' | 'map' }>): void {
  if (!isJsonObject(at.value)) {
    report(at, `expected map, got &{${JSON.stringify(at.value)}}`);
    return;
  }
  for (const [name, value] of Object.entries(at.value)) {
    const path = [...at.path, fieldElement(name)];
    const member = node.type === 'map' ? node.values : node.fields.get(name);
    if (member !== undefined) visit({ ...at, value, node: member, path });
    else if (node.type === 'object' && node.preserveUnknown !== true)
      report({ ...at, path }, 'field not declared in schema');
  }
}

function visitItems(at: Visit, node: ListNode): void {
  if (!Array.isArray(at.value)) {
    report(at, `expected list, got &{${JSON.stringify(at.value)}}`);
    return;
  }
  const seen = new Set<string>();
  const byElement = node.listType === 'map' || node.listType === 'set';
  for (const [index, value] of at.value.entries()) {
    const element = byElement ? checkElement(at, node, { index, value, seen }) : `i:${index}`;
    visit({ ...at, value, node: node.items, path: [...at.path, element] });
  }
}

interface Item {
  readonly index: number;
  readonly value: JsonValue;
  readonly seen: Set<string>;
}

/** Every item of a set or of a list by keys is named by an element of its own. */
function checkElement(at: Visit, node: ListNode, { index, value, seen }: Item): string {
  const element = value === null ? undefined : itemElement(node, value);
  if (element === undefined) {
    const keys = (node.keys ?? []).map((key) => JSON.stringify(key)).join(', ');
    report(at, `element ${index}: associative list with keys has an element that omits all key fields: ${keys}`);
    return `i:${index}`;
  }
  if (seen.has(element)) report(at, `duplicate entries for key ${formatFieldPath([element])}`);
  seen.add(element);
  return element;
}

/** What a scalar's value may be, and what the API server calls it; other scalars are strings. */
const SCALARS: Readonly<Record<string, { readonly types: readonly string[]; readonly name: string }>> = {
  integer: { types: ['number'], name: 'numeric (int or float)' },
  number: { types: ['number'], name: 'numeric (int or float)' },
  boolean: { types: ['boolean'], name: 'boolean' },
  'int-or-string': { types: ['number', 'string'], name: 'scalar' },
  quantity: { types: ['number', 'string'], name: 'scalar' },
};
const STRING = { types: ['string'], name: 'string' };

function visitScalar(at: Visit, type: SchemaNode['type']): void {
  const { types, name } = SCALARS[type] ?? STRING;
  if (!types.includes(typeof at.value)) report(at, `expected ${name}, got ${describe(at.value)}`);
}

function describe(value: JsonValue): string {
  if (Array.isArray(value)) return 'list';
  return isJsonObject(value) ? 'map' : typeof value;
}
