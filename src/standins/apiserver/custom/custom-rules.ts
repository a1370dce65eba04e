import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, getPath, schemaFromOpenApi } from '../../../kube/index.ts';
import type { CustomRule, CustomRules } from '../ports.ts';
import { versionsOf } from './definition.ts';
import { SchemaExpressions, ruleErrors } from './expressions.ts';
import { pruneObject } from './prune.ts';
import { fillDefaults } from './schema-defaults.ts';
import { structuralErrors } from './structural.ts';
import { validateValue } from './validate-value.ts';

/** Pruning, defaults and validation by the schemas of CustomResourceDefinitions. */
export const schemaRules: CustomRules = {
  check: (definition) =>
    versionsOf(definition).flatMap((version, index) => {
      const schema = getPath(version, 'schema', 'openAPIV3Schema');
      if (!isJsonObject(schema)) return [];
      const path = `spec.versions[${index}].schema.openAPIV3Schema`;
      const errors = structuralErrors(schema, path);
      // rules are about the structure
      return errors.length > 0 ? errors : ruleErrors(objectSchema(schema), path);
    }),
  compile,
};

function compile(openAPIV3Schema: JsonObject): CustomRule {
  const structure = schemaFromOpenApi(openAPIV3Schema);
  const schema = objectSchema(openAPIV3Schema);
  const expressions = new SchemaExpressions(schema);
  return {
    prune: (object) => pruneObject(structure, object),
    default: (object) => {
      fillDefaults(schema, asJson(object));
      return object;
    },
    validate: (object, old) => {
      const value = asJson(object);
      const before = old === undefined ? undefined : asJson(old);
      const errors = validateValue(schema, { value, old: before, path: '' });
      return errors.length > 0 ? errors : expressions.errors(value, before);
    },
  };
}

/** Of an object with `apiVersion`, `kind` and `metadata`, which the server itself looks after. */
function objectSchema(schema: JsonObject): JsonObject {
  const whole = { ...schema, 'x-kubernetes-embedded-resource': true };
  if (!isJsonObject(schema['properties'])) return whole;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...properties } = schema['properties'];
  return { ...whole, properties };
}
