import { AppError } from '../../core/index.ts';
import { getPath } from '../../kube/index.ts';
import type { KubeObject } from '../../kube/index.ts';

export interface ActionParameter {
  readonly name: string;
  readonly default?: string;
}

/** An action as a user is offered it. */
export interface ActionOffer {
  readonly name: string;
  readonly disabled?: boolean;
  readonly displayName?: string;
  readonly iconClass?: string;
  readonly params?: readonly ActionParameter[];
}

export interface ActionRequest {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** What an action wants done in the cluster. */
export interface ActionEffect {
  readonly operation: 'patch' | 'create' | 'delete';
  readonly object: KubeObject;
}

/** One action of a kind. */
export interface ActionDefinition extends Omit<ActionOffer, 'disabled'> {
  /** @default always */
  readonly offered?: (object: KubeObject) => boolean;
  /** @default never */
  readonly disabled?: (object: KubeObject) => boolean;
  /** The object changed, or a new one. @throws {ActionError} when the request makes no sense */
  readonly run: (object: KubeObject, request: ActionRequest) => KubeObject;
  /** @default `patch` */
  readonly operation?: ActionEffect['operation'];
}

export class ActionError extends AppError {
  override readonly name = 'ActionError';
  override readonly code = 'INVALID_ACTION';
}

export function fieldAt(object: unknown, ...path: readonly string[]): unknown {
  return getPath(object, ...path) ?? undefined;
}

export function isTrue(object: unknown, ...path: readonly string[]): boolean {
  return fieldAt(object, ...path) === true;
}

/** The object with a field set, or without it for `undefined`. */
export function withField(object: KubeObject, path: readonly string[], value: unknown): KubeObject {
  return changed(object, path, value) as KubeObject;
}

function changed(target: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const members = target !== null && typeof target === 'object' ? { ...(target as Record<string, unknown>) } : {};
  const next = changed(members[name], rest, value);
  if (next !== undefined) return { ...members, [name]: next };
  const { [name]: _, ...others } = members;
  return others;
}

export function annotationOf(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

export function withAnnotation(object: KubeObject, name: string, value: string | undefined): KubeObject {
  return withField(object, ['metadata', 'annotations', name], value);
}

/** Seconds, as Kubernetes writes a time. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The number that a parameter gives. @throws {ActionError} for anything else */
export function replicasOf({ parameters }: ActionRequest, hint = ''): number {
  const text = parameters?.['replicas'] ?? '';
  if (!/^\d{1,9}$/.test(text)) throw new ActionError(`invalid number: ${text}${hint}`);
  return Number(text);
}
