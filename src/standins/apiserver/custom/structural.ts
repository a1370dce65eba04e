import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { schemaFromOpenApi } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import { patternOf } from './patterns.ts';
import { pruneValue } from './prune.ts';
import { validateValue } from './validate-value.ts';

const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const JUNCTORS: readonly string[] = ['allOf', 'anyOf', 'oneOf'];
/** What says what a value is: not within an alternative. */
const ONLY_AT_TOP: readonly string[] = [
  'additionalProperties',
  'default',
  'description',
  'nullable',
  'title',
  'type',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
];
const NEVER: readonly string[] = ['$ref', '$schema', 'definitions', 'dependencies', 'id', 'patternProperties'];
const MAX_DEPTH = 100;

/** Why an `openAPIV3Schema` cannot be served: it must tell the structure of every value. */
export function structuralErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (schema['type'] !== 'object')
    errors.push(
      schema['type'] === undefined
        ? { type: 'FieldValueRequired', field: `${path}.type`, detail: 'must not be empty at the root' }
        : invalid(`${path}.type`, schema['type'], 'must be object at the root'),
    );
  check({ errors, depth: 0 }, schema, path);
  return errors;
}

interface Walk {
  readonly errors: FieldError[];
  readonly depth: number;
}

function invalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, value, detail };
}

function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, detail };
}

function check(walk: Walk, schema: JsonObject, path: string): void {
  const { errors, depth } = walk;
  if (depth > MAX_DEPTH) {
    errors.push(forbidden(path, `must not be nested over ${MAX_DEPTH} deep`));
    return;
  }
  errors.push(
    ...forbiddenErrors(schema, path),
    ...typeErrors(schema, path),
    ...listTypeErrors(schema, path),
    ...patternErrors(schema, path),
    ...defaultErrors(schema, path),
  );
  for (const name of JUNCTORS) checkJunctor(errors, { list: schema[name], schema }, `${path}.${name}`);
  if (isJsonObject(schema['not'])) errors.push(...alternativeErrors(schema['not'], schema, `${path}.not`));
  const below = { errors, depth: depth + 1 };
  const { properties, items, additionalProperties } = schema;
  for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {}))
    if (isJsonObject(property)) check(below, property, `${path}.properties[${name}]`);
  if (isJsonObject(items)) check(below, items, `${path}.items`);
  if (isJsonObject(additionalProperties)) check(below, additionalProperties, `${path}.additionalProperties`);
}

function forbiddenErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const errors = NEVER.filter((name) => schema[name] !== undefined).map((name) =>
    forbidden(`${path}.${name}`, `${name} is not supported`),
  );
  if (schema['uniqueItems'] === true)
    errors.push(
      forbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  const { properties, additionalProperties } = schema;
  if (properties !== undefined && additionalProperties !== undefined)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  if (additionalProperties === false)
    errors.push(forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
  if (Array.isArray(schema['items']))
    errors.push(forbidden(`${path}.items`, 'items must be a schema object and not an array'));
  return errors;
}

function typeErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const { type } = schema;
  if (type === undefined || type === '') {
    const free =
      schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
    return free
      ? []
      : [
          {
            type: 'FieldValueRequired',
            field: `${path}.type`,
            detail: 'must not be empty for specified object fields',
          },
        ];
  }
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    const list = TYPES.map((each) => JSON.stringify(each)).join(', ');
    return [
      { type: 'FieldValueNotSupported', field: `${path}.type`, value: type, detail: `supported values: ${list}` },
    ];
  }
  if (schema['x-kubernetes-int-or-string'] === true)
    return [invalid(`${path}.type`, type, 'must be empty if x-kubernetes-int-or-string is true')];
  if (type === 'array' && schema['items'] === undefined)
    return [{ type: 'FieldValueRequired', field: `${path}.items`, detail: 'must be specified' }];
  return [];
}

function listTypeErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  if (listType === undefined) return [];
  const at = `${path}.x-kubernetes-list-type`;
  if (schema['type'] !== 'array')
    return [invalid(`${path}.type`, schema['type'] ?? '', 'must be array if x-kubernetes-list-type is specified')];
  if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
    return [
      {
        type: 'FieldValueNotSupported',
        field: at,
        value: listType,
        detail: 'supported values: "atomic", "map", "set"',
      },
    ];
  if (listType !== 'map') return [];
  const named = Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  if (named.length === 0)
    return [
      {
        type: 'FieldValueRequired',
        field: `${path}.x-kubernetes-list-map-keys`,
        detail: 'must not be empty if x-kubernetes-list-type is map',
      },
    ];
  return keyErrors(schema, named, path);
}

function keyErrors(schema: JsonObject, keys: readonly string[], path: string): readonly FieldError[] {
  const items = isJsonObject(schema['items']) ? schema['items'] : {};
  const properties = isJsonObject(items['properties']) ? items['properties'] : {};
  const required = Array.isArray(items['required']) ? items['required'] : [];
  return keys.flatMap((key, index): FieldError[] => {
    const property = properties[key];
    if (!isJsonObject(property))
      return [
        invalid(`${path}.x-kubernetes-list-map-keys[${index}]`, key, 'entries must all be names of item properties'),
      ];
    if (required.includes(key) || property['default'] !== undefined) return [];
    const detail =
      'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
    return [{ type: 'FieldValueRequired', field: `${path}.items.properties[${key}].default`, detail }];
  });
}

function patternErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const { pattern } = schema;
  if (typeof pattern !== 'string' || patternOf(pattern) !== undefined) return [];
  return [invalid(`${path}.pattern`, pattern, 'must be a valid regular expression')];
}

function defaultErrors(schema: JsonObject, path: string): readonly FieldError[] {
  const value = schema['default'];
  if (value === undefined) return [];
  const at = `${path}.default`;
  // within an object the name of the property is not known: wrapped, any schema can be asked
  const wrapped = schemaFromOpenApi({ type: 'object', properties: { value: schema } });
  const [unknown] = pruneValue(wrapped, { value });
  if (unknown !== undefined)
    return [invalid(at, value, `must not have unknown fields: ${unknown.replace(/^value\.?/, '')}`)];
  return validateValue(schema, { value, path: at });
}

function checkJunctor(
  errors: FieldError[],
  junctor: { readonly list: JsonValue | undefined; schema: JsonObject },
  path: string,
): void {
  if (!Array.isArray(junctor.list)) return;
  for (const [index, each] of junctor.list.entries())
    if (isJsonObject(each)) errors.push(...alternativeErrors(each, junctor.schema, `${path}[${index}]`));
}

/** An alternative narrows what the schema around it has told of. */
function alternativeErrors(alternative: JsonObject, schema: JsonObject, path: string): readonly FieldError[] {
  // the one exception: both halves of an integer or a text
  const loose = schema['x-kubernetes-int-or-string'] === true ? ['type'] : [];
  const errors = ONLY_AT_TOP.filter((name) => alternative[name] !== undefined && !loose.includes(name)).map((name) =>
    forbidden(`${path}.${name}`, 'must be empty to be structural'),
  );
  const properties = isJsonObject(alternative['properties']) ? alternative['properties'] : {};
  const known = isJsonObject(schema['properties']) ? schema['properties'] : {};
  for (const [name, property] of Object.entries(properties)) {
    const at = `${path}.properties[${name}]`;
    const around = known[name];
    if (!isJsonObject(around))
      errors.push({
        type: 'FieldValueRequired',
        field: at.replace(path, path.replace(/\.[^.]*$/, '')),
        detail: `because it is defined in ${at}`,
      });
    else if (isJsonObject(property)) errors.push(...alternativeErrors(property, around, at));
  }
  return errors;
}
