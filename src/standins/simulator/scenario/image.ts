import { createHash } from 'node:crypto';

/** A container image reference taken apart: `repository[:tag][@digest]`. */
export interface ImageReference {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

export function parseImage(reference: string): ImageReference {
  const [name = '', digest] = reference.split('@', 2);
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    ...(hasTag ? { tag: name.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What a container runtime reports as `imageID`. The digest of a reference without one is made up, and stays the same. */
export function imageId(reference: string): string {
  const { repository, digest } = parseImage(reference);
  return `${repository}@${digest ?? `sha256:${createHash('sha256').update(reference).digest('hex')}`}`;
}
