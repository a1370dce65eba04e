/**
 * Kubernetes as data and as a client: objects, schemas, patches, selectors, and a thin client of the API.
 * @module
 */
export { ApiError, isApiError } from './api-error.ts';
export { apiVersionOf, asJson, getPath, gvkOf } from './object.ts';
export { createKubeClient } from './rest/kube-client.ts';
export type { KubeClientOptions } from './rest/kube-client.ts';
export type { StatusCause, StatusFailure, StatusReason } from './api-error.ts';
export type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  Discovery,
  KubeClient,
  ListOptions,
  PatchType,
  Reader,
  WatchEvent,
  WatchEventType,
  WatchOptions,
  WriteOptions,
  Writer,
} from './client.ts';
export type {
  ApiResource,
  GroupVersionKind,
  KubeList,
  KubeObject,
  ManagedFieldsEntry,
  ObjectKey,
  ObjectMeta,
  OwnerReference,
} from './object.ts';
export type { ListType, ObjectSchema, PatchStrategy, ScalarType, SchemaNode } from './schema-node.ts';
