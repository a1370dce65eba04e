import type { Environment } from '@marcbachmann/cel-js';
import type { JsonObject } from '../../core/index.ts';
import { identifierOf } from './property-name.ts';
import { asSchema, kindOf } from './schema-kind.ts';

const SCALARS = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  string: 'string',
  int: 'int',
  double: 'double',
  bool: 'bool',
  bytes: 'bytes',
  dyn: 'dyn',
} as const;

/** Declares the types of schemas to an environment, each schema once, and tells their names. */
export class DeclaredTypes {
  readonly #environment: Environment;
  readonly #names = new Map<JsonObject, string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  nameOf(schema: JsonObject | undefined): string {
    const kind = kindOf(schema);
    if (kind.kind === 'list') return `list<${this.nameOf(kind.of)}>`;
    if (kind.kind === 'map') return `map<string, ${this.nameOf(kind.of)}>`;
    if (kind.kind !== 'object' || schema === undefined) return kind.kind === 'object' ? 'dyn' : SCALARS[kind.kind];
    return this.#names.get(schema) ?? this.#declare(schema, kind.properties);
  }

  #declare(schema: JsonObject, properties: JsonObject): string {
    const fields: Record<string, string> = {};
    for (const [property, child] of Object.entries(properties)) {
      const identifier = identifierOf(property);
      if (identifier !== undefined) fields[identifier] = this.nameOf(asSchema(child));
    }
    const name = `Object${this.#names.size}`;
    this.#names.set(schema, name);
    const equal = (): boolean => true; // only the types are asked
    this.#environment
      .registerType(name, { fields })
      .registerOperator(`${name} == ${name}`, equal)
      .registerOperator(`${name} == null`, equal);
    return name;
  }
}
