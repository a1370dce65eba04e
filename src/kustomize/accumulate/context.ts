import type { SchemaOf } from '../transform/patch-strategic.ts';
import type { DocumentCache } from './document-cache.ts';

/** What all kustomizations of one build share. */
export interface BuildContext {
  readonly cache: DocumentCache;
  readonly schemaOf: SchemaOf;
}
