import type { JsonValue } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { PrinterColumn, ResourceType } from '../resources/resource-type.ts';
import { CLUSTER_COLUMNS } from './cluster-printers.ts';
import { AGE, NAME, age } from './column.ts';
import type { Column } from './column.ts';
import { compileJsonPath } from './json-path.ts';
import { WORKLOAD_COLUMNS } from './workload-printers.ts';

const DEFAULT: readonly Column[] = [
  NAME,
  { name: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp ?? '' },
];

const COLUMNS: ReadonlyMap<string, readonly Column[]> = new Map(
  Object.entries({ ...WORKLOAD_COLUMNS, ...CLUSTER_COLUMNS }),
);

const compiled = new WeakMap<ResourceType, readonly Column[]>();

/** How the objects of a resource are shown in a table. */
export function columnsOf(type: ResourceType): readonly Column[] {
  if (type.custom === undefined) return COLUMNS.get(type.collection) ?? DEFAULT;
  let columns = compiled.get(type);
  if (columns === undefined) compiled.set(type, (columns = customColumns(type.custom.columns)));
  return columns;
}

function customColumns(columns: readonly PrinterColumn[]): readonly Column[] {
  return columns.length === 0 ? [NAME, AGE] : [NAME, ...columns.map(customColumn)];
}

function customColumn(column: PrinterColumn): Column {
  const { name, type, format, description, priority, jsonPath } = column;
  const path = compileJsonPath(jsonPath);
  return {
    name,
    type: type === 'date' ? 'string' : type,
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
    ...(priority === undefined ? {} : { priority }),
    cell: (object, now) => cellText(path?.(asJson(object)) ?? [], type, now),
  };
}

/** The first value; several ones only show as a list. */
function cellText(values: readonly JsonValue[], type: string, now: number): JsonValue {
  const [value] = values;
  if (value === undefined || value === null) return null;
  if (type === 'date') return age(value, now);
  if (type === 'integer' || type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (typeof value === 'object') return JSON.stringify(value);
  return values.length > 1 ? values.map(String).join(',') : String(value);
}
