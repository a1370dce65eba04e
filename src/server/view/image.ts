export interface ImageReference {
  /** Registry and path, without tag and digest. */
  readonly repository: string;
  /** Last segment of the path. */
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** `registry:5000/team/name:tag@sha256:…` taken apart; tag and digest are empty where there is none. */
export function parseImage(reference: string): ImageReference {
  const [named = '', digest = ''] = reference.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  return {
    repository,
    name: repository.slice(slash + 1),
    tag: colon < 0 ? '' : named.slice(colon + 1),
    digest,
  };
}
