import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject } from '../../../core/index.ts';
import { asJson, getPath, schemaFromOpenApi } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { FieldError } from '../field-error.ts';
import type { CustomRule, CustomRules } from '../ports.ts';
import { versionsOf } from './definition.ts';
import { expressionErrors, ruleErrors } from './expressions.ts';
import type { ExpressionEngine } from './expressions.ts';
import { pruneObject } from './prune.ts';
import { fillDefaults } from './schema-defaults.ts';
import { structuralErrors } from './structural.ts';
import { validateValue } from './validate-value.ts';

/** Pruning, defaults and validation by the schemas of CustomResourceDefinitions. */
export function schemaRules(engine?: ExpressionEngine): CustomRules {
  return {
    check: (definition) =>
      versionsOf(definition).flatMap((version, index) => {
        const schema = getPath(version, 'schema', 'openAPIV3Schema');
        if (!isJsonObject(schema)) return [];
        const path = `spec.versions[${index}].schema.openAPIV3Schema`;
        return [...structuralErrors(schema, path), ...ruleErrors(schema, path, engine)];
      }),
    compile: (openAPIV3Schema) => compile(openAPIV3Schema, engine),
  };
}

function compile(openAPIV3Schema: JsonObject, engine: ExpressionEngine | undefined): CustomRule {
  const structure = schemaFromOpenApi(openAPIV3Schema);
  const schema = withoutMetadata(openAPIV3Schema);
  return {
    prune: (object) => pruneObject(structure, object),
    default: (object) => {
      fillDefaults(schema, asJson(object));
      return object;
    },
    validate: (object, old) => validate({ schema, engine }, object, old),
  };
}

/** The server itself looks after `apiVersion`, `kind` and `metadata`. */
function withoutMetadata(schema: JsonObject): JsonObject {
  if (!isJsonObject(schema['properties'])) return schema;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...properties } = schema['properties'];
  return { ...schema, properties };
}

function validate(
  by: { readonly schema: JsonObject; readonly engine: ExpressionEngine | undefined },
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  const value = asJson(object);
  const before = old === undefined ? {} : { old: asJson(old) };
  const errors = validateValue(by.schema, { value, ...before, path: '' });
  // expressions may rely on the structure
  if (errors.length > 0 || by.engine === undefined) return errors;
  return expressionErrors(by.engine, by.schema, { value, ...before, path: '' });
}
