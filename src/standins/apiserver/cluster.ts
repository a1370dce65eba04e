import type { Clock, Ids, Logger } from '../../core/index.ts';
import type { Authenticator } from './access/authenticator.ts';
import type { Authorizer } from './access/authorizer.ts';
import type { TokenSigner } from './access/token-signer.ts';
import type { UserInfo } from './access/user.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { ProtobufDecoder } from './http/body.ts';
import type { ApiRequest } from './http/exchange.ts';
import type { RequestInfo } from './http/request-info.ts';
import type { AdmissionStep, CustomRules, KindRules } from './ports.ts';
import type { Catalog } from './resources/catalog.ts';
import type { ResourceType } from './resources/resource-type.ts';
import type { Store } from './store/store.ts';
import type { PodLogs } from './subresources/pod-logs.ts';

/** What the handlers of one cluster share. */
export interface Cluster {
  readonly name: string;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly kindRules: KindRules;
  readonly customRules: CustomRules;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly signer: TokenSigner;
  readonly audit: AuditLog;
  readonly logs: PodLogs;
  readonly admission: readonly AdmissionStep[];
  readonly protobuf: ProtobufDecoder;
}

/** What somebody does to a resource, understood, authenticated and authorised. */
export interface Operation {
  readonly info: RequestInfo;
  readonly type: ResourceType;
  readonly user: UserInfo;
  /** Whoever acts as `user`. */
  readonly impersonatedBy?: string;
  readonly userAgent: string;
  /** Sent as `Warning` headers. */
  readonly warnings: Set<string>;
}

/** An operation that a client asks for. */
export interface Call extends Operation {
  readonly request: ApiRequest;
  readonly params: URLSearchParams;
}
