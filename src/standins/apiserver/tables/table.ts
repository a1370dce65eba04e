import type { JsonObject, JsonValue } from '../../../core/index.ts';
import { asJson } from '../../../kube/index.ts';
import type { KubeObject } from '../../../kube/index.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { columnsOf } from './printers.ts';

export interface TableOptions {
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  /** Of `meta.k8s.io`. */
  readonly version: string;
  readonly include: 'Metadata' | 'Object' | 'None';
  readonly metadata: JsonObject | Readonly<Record<string, JsonValue>>;
  /** Left out of all but the first event of a watch. @default true */
  readonly columns?: boolean;
}

/** Objects as the `meta.k8s.io` Table that `kubectl get` prints. */
export function tableOf(type: ResourceType, objects: readonly KubeObject[], options: TableOptions): JsonObject {
  const columns = columnsOf(type);
  const columnDefinitions =
    (options.columns ?? true)
      ? columns.map((column) => ({
          name: column.name,
          type: column.type ?? 'string',
          format: column.format ?? '',
          description: column.description ?? '',
          priority: column.priority ?? 0,
        }))
      : null;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: options.metadata,
    columnDefinitions,
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, options.now)),
      ...rowObject(object, options),
    })),
  };
}

function rowObject(object: KubeObject, options: TableOptions): JsonObject {
  if (options.include === 'None') return {};
  if (options.include === 'Object') return { object: asJson(object) };
  const apiVersion = `meta.k8s.io/${options.version}`;
  return { object: { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata as JsonValue } };
}
