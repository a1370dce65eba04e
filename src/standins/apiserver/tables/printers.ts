import type { ResourceType } from '../resources/resource-type.ts';
import { AGE, NAME } from './column.ts';
import type { Printer } from './column.ts';

const DEFAULT: Printer = {
  columns: [
    NAME,
    { ...AGE, name: 'Created At', type: 'date', cell: (object) => object.metadata.creationTimestamp ?? '' },
  ],
};

/** How the objects of a resource are shown in a table. */
export function printerOf(_type: ResourceType): Printer {
  return DEFAULT;
}
