/**
 * Kubernetes as data and as a client: objects, schemas, patches, selectors, and a thin client of the API.
 * @module
 */
export { ApiError, isApiError } from './api-error.ts';
export { apiVersionOf, asJson, getPath, gvkOf } from './object.ts';
export { builtinResources, builtinSchema, builtinTypeName, objectMetaSchema } from './schema/builtin.ts';
export { schemaFromOpenApi } from './schema/open-api.ts';
export { imagesOf } from './images.ts';
export { compileLabelSelector, matchLabels, parseLabelSelector } from './selector/label-selector.ts';
export { parseFieldSelector } from './selector/field-selector.ts';
export { SelectorError } from './selector/selector-error.ts';
export { applyJsonPatch } from './patch/json-patch.ts';
export { applyMergePatch } from './patch/merge-patch.ts';
export { strategicMergePatch } from './patch/strategic-merge-patch.ts';
export { PatchError } from './patch/patch-error.ts';
export {
  isDns1035Label,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isPathSegmentName,
  isQualifiedName,
} from './label-syntax.ts';
export { ClusterAccessError } from './connection/cluster-access.ts';
export { connectCluster } from './connection/cluster-connection.ts';
export { clusterConnection, clusterSecret, isClusterSecret, parseClusterSecret } from './connection/cluster-secret.ts';
export { loadKubeconfig, parseKubeconfig } from './connection/kubeconfig.ts';
export { scaleIntOrPercent } from './int-or-string.ts';
export { normalise, semanticEqual } from './normalise.ts';
export {
  QuantityError,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityEqual,
} from './quantity.ts';
export type { Quantity } from './quantity.ts';
export { builtinHealth, healthOf } from './health.ts';
export { customHealth } from './health/rules/custom-health.ts';
export type { HealthStatus, HealthStatusCode } from './health/health-status.ts';
export type { ClusterAccess } from './connection/cluster-access.ts';
export type { ClusterConnection } from './connection/cluster-connection.ts';
export type { ClusterSecretOptions, RegisteredCluster } from './connection/cluster-secret.ts';
export type { KubeconfigOptions } from './connection/kubeconfig.ts';
export { ExpressionError, compileExpression } from './cel/expression.ts';
export type { CompileOptions, CostBudget, Expression, ExpressionVariable } from './cel/expression.ts';
export { ApplyConflictError } from './apply/apply-conflict.ts';
export { serverSideApply } from './apply/server-side-apply.ts';
export { trackUpdate } from './apply/track-update.ts';
export type { FieldConflict } from './apply/apply-conflict.ts';
export type { ServerSideApplyRequest } from './apply/server-side-apply.ts';
export type { TrackUpdateRequest } from './apply/track-update.ts';
export type { FieldRequirement } from './selector/field-selector.ts';
export type { LabelMatcher, Labels } from './selector/label-selector.ts';
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
