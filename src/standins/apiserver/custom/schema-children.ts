import { isJsonObject } from '../../../core/index.ts';
import type { JsonObject, JsonValue } from '../../../core/index.ts';

/** The schemas right below one, with the words that lead there. */
export function childSchemas(schema: JsonObject): readonly (readonly [JsonObject, string])[] {
  const { properties, items, additionalProperties } = schema;
  const children: [JsonValue | undefined, string][] = [
    ...Object.entries(isJsonObject(properties) ? properties : {}).map(([name, child]): [JsonValue, string] => [
      child,
      `properties[${name}]`,
    ]),
    [items, 'items'],
    [additionalProperties, 'additionalProperties'],
  ];
  return children.flatMap(([child, at]) => (isJsonObject(child) ? [[child, at] as const] : []));
}

/** Whether what is below a value can be told to be the same part of it as before. */
export function correlates(schema: JsonObject): boolean {
  if (schema['type'] === 'array') return schema['x-kubernetes-list-type'] === 'map';
  return schema['x-kubernetes-map-type'] !== 'atomic';
}
