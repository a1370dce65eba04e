import { RegistryError } from './errors.ts';

/** An image by tag, digest or both; the digest decides where both are given. */
export interface ImageReference {
  /** `host[:port]`. */
  readonly registry: string;
  /** Path within the registry, without tag or digest. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const HOST = /^(localhost|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i;
const REPOSITORY = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Takes `registry/name[:tag][@digest]` apart. The registry must be named: a reference never depends on a default one.
 * @throws RegistryError `INVALID_REFERENCE` naming the part that is wrong
 */
export function parseReference(text: string): ImageReference {
  const [name = '', digest, ...rest] = text.split('@');
  const { registry, repository, tag } = splitName(name);

  check(rest.length === 0 && text.length <= 512, text, 'write registry/name:tag@sha256:…');
  check(
    HOST.test(registry) && /[.:]|^localhost$/.test(registry),
    text,
    'name the registry first, for instance registry.example.com/stoa/gateway',
  );
  check(REPOSITORY.test(repository), text, `${JSON.stringify(repository)} is not a repository`);
  check(tag === undefined || TAG.test(tag), text, 'a tag is up to 128 letters, digits, dots, dashes and underscores');
  check(digest === undefined || DIGEST.test(digest), text, 'a digest is sha256: and 64 hexadecimal digits');
  return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function splitName(name: string): {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string | undefined;
} {
  const slash = name.indexOf('/');
  const path = name.slice(slash + 1);
  const colon = path.lastIndexOf(':');
  return {
    registry: name.slice(0, Math.max(slash, 0)),
    repository: colon < 0 ? path : path.slice(0, colon),
    tag: colon < 0 ? undefined : path.slice(colon + 1),
  };
}

/** The text of a reference, for `docker pull` and manifests. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

function check(condition: boolean, text: string, reason: string): asserts condition {
  if (!condition)
    throw new RegistryError('INVALID_REFERENCE', `Cannot read the image reference ${JSON.stringify(text)}: ${reason}`);
}
