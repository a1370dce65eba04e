/** Who makes a request. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** May do everything. */
export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';

export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

/** Of calls from within the process. */
export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: [MASTERS, AUTHENTICATED] };

/** Of the server's own loops. */
export function systemUser(name: string): UserInfo {
  return { name: `system:${name}`, groups: [MASTERS, AUTHENTICATED] };
}
