import type { JsonObject } from '../../core/index.ts';
import type { GroupVersionKind, KubeObject } from '../../kube/index.ts';
import type { UserInfo } from './access/user.ts';
import type { FieldError } from './field-error.ts';

/** What is particular to one kind. */
export interface KindRule {
  /** Fills in what the writer left out. Idempotent. May change `object`. `old` is the live object of an update. */
  default(object: KubeObject, old?: KubeObject): KubeObject;
  /** Everything that is wrong with `object`, and with changing `old` into it. */
  validate(object: KubeObject, old?: KubeObject): readonly FieldError[];
}

/** The rules of the built-in kinds; `undefined` for a kind without any. */
export type KindRules = (gvk: GroupVersionKind) => KindRule | undefined;

/** The rules of one version of a CustomResourceDefinition. */
export interface CustomRule extends KindRule {
  /** Leaves out what the schema does not know, and tells the paths. */
  prune(object: KubeObject): { readonly object: KubeObject; readonly unknown: readonly string[] };
}

export interface CustomRules {
  /** Everything that is wrong with a CustomResourceDefinition, and with changing `old` into it. */
  check(definition: KubeObject, old?: KubeObject): readonly FieldError[];
  /** Compiles `openAPIV3Schema`. */
  compile(openAPIV3Schema: JsonObject, gvk: GroupVersionKind): CustomRule;
}

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

/** One write, before it is stored. */
export interface AdmissionRequest {
  readonly operation: AdmissionOperation;
  readonly gvk: GroupVersionKind;
  /** Plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Of a DELETE absent. */
  readonly object?: KubeObject;
  /** Of a CREATE absent. */
  readonly oldObject?: KubeObject;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Shown to the client. */
  warn(message: string): void;
}

/** A write that may still change. */
export interface MutationRequest extends AdmissionRequest {
  readonly object: KubeObject;
}

/** A step that every write passes: all `mutate` in order, then all `validate`. A step refuses with an `ApiError`. */
export interface AdmissionStep {
  readonly name: string;
  /** Returns the object to go on with; must not change the one that it is given. */
  mutate?(request: MutationRequest): KubeObject | Promise<KubeObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
  /** Runs in the same turn in which a new object is stored: what it sees of the store cannot change before that. */
  admit?(request: AdmissionRequest): void;
}
