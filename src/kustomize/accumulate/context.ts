import type { Loader } from '../files/loader.ts';
import type { Origin } from '../model/origin.ts';
import type { DocumentCache } from './document-cache.ts';
import type { SchemaHolder } from './schema-holder.ts';

/** What all kustomizations of one build share. */
export interface BuildContext {
  readonly cache: DocumentCache;
  readonly schema: SchemaHolder;
}

/** Where a transformer or generator is configured, and what it may read. */
export interface Configuring {
  readonly loader: Loader;
  readonly context: BuildContext;
  /** The file that says so, below the repository root. */
  readonly file: string;
  /** The same as annotations have it: relative to the kustomization that is built. */
  readonly origin: Origin | undefined;
}
