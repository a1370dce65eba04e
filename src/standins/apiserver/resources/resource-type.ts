import type { JsonObject } from '../../../core/index.ts';
import { apiVersionOf } from '../../../kube/index.ts';
import type { GroupVersionKind, KubeObject, ObjectSchema } from '../../../kube/index.ts';
import type { CustomRule, CustomRules } from '../ports.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];

/** One subresource as discovery tells of it. */
export interface Subresource {
  readonly name: string;
  readonly kind: GroupVersionKind;
  readonly verbs: readonly string[];
}

/** A printer column of a CustomResourceDefinition. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
}

/** What only a resource of a CustomResourceDefinition has. */
export interface CustomVersion {
  /** Name of the CustomResourceDefinition. */
  readonly definition: string;
  readonly schema: JsonObject | undefined;
  readonly columns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
  readonly scale?: { readonly specPath: string; readonly statusPath: string; readonly selectorPath?: string };
  readonly deprecation?: string;
  /** The compiled schema; `undefined` when anything goes. */
  readonly rule: (rules: CustomRules) => CustomRule | undefined;
}

/** A resource as one group-version serves it. */
export interface ResourceType extends GroupVersionKind {
  /** Plural, lower case: the path segment. */
  readonly resource: string;
  readonly singular: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Of the store; several group-versions may serve one collection. */
  readonly collection: string;
  readonly schema: ObjectSchema;
  /** Counts changes of anything but metadata and status in `metadata.generation`. */
  readonly generation: boolean;
  /** A PUT without a resource version replaces whatever there is. */
  readonly unconditionalUpdate: boolean;
  readonly custom?: CustomVersion;
  /** Between what is kept and what this version serves; absent where only `apiVersion` differs. */
  readonly view?: View;
}

/** One form of an object seen as another. */
export interface View {
  readonly fromKept: (object: KubeObject) => KubeObject;
  readonly toKept: (object: KubeObject) => KubeObject;
}

export function hasSubresource(type: ResourceType, name: string): boolean {
  return type.subresources.some((subresource) => subresource.name === name);
}

/** The kept object as `type` serves it. May share with, and change, its argument. */
export function served(type: ResourceType, kept: KubeObject): KubeObject {
  if (type.view !== undefined) return type.view.fromKept(kept);
  const apiVersion = apiVersionOf(type);
  if (kept.apiVersion === apiVersion) return kept;
  return { ...kept, apiVersion };
}
