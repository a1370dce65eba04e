/**
 * The Kubernetes API in one process: storage, watch, patches, server-side apply, discovery, access. Real clients
 * (`kubectl`, informers, Helm) work against it unmodified; tests use it without a socket.
 * @module
 */
export { createApiServer } from './api-server.ts';
export { createAuthority, issueCertificate } from './access/certificates.ts';
export type { KeyPair } from './access/certificates.ts';
export type { ApiServer, ApiServerOptions } from './api-server.ts';
export type { AdmissionOperation, AdmissionRequest, AdmissionStep, MutationRequest } from './ports.ts';
