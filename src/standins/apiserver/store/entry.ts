import type { KubeObject } from '../../../kube/index.ts';
import type { BodyArena } from './body-arena.ts';

/** Where an object is kept. */
export interface Location {
  /** The collection: `deployments.apps`. */
  readonly collection: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** What is looked at without parsing the body. */
export interface Header {
  readonly uid: string;
  readonly apiVersion: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** UIDs of the owners. */
  readonly owners?: readonly string[];
  /** Has a deletion timestamp. */
  readonly deleting?: true;
}

interface Version {
  readonly resourceVersion: number;
  readonly arena?: BodyArena;
}

/** One version of one object: immutable, kept as the UTF-8 of its JSON. */
export class Entry implements Location {
  readonly collection: string;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: number;
  readonly header: Header;
  readonly body: Buffer;

  constructor(location: Location, version: { readonly resourceVersion: number; header: Header; body: Buffer }) {
    this.collection = location.collection;
    this.namespace = location.namespace;
    this.name = location.name;
    this.resourceVersion = version.resourceVersion;
    this.header = version.header;
    this.body = version.body;
  }

  /** Stamps the resource version into `object` and serialises it, into `arena` when it is to stay. */
  static of(location: Location, object: KubeObject, version: Version): Entry {
    const { resourceVersion, arena } = version;
    object.metadata.resourceVersion = String(resourceVersion);
    const text = JSON.stringify(object);
    const body = arena === undefined ? Buffer.from(text) : arena.keep(text);
    return new Entry(location, { resourceVersion, header: headerOf(object), body });
  }

  /** The same content under another resource version. */
  at(resourceVersion: number): Entry {
    return Entry.of(this, this.object(), { resourceVersion });
  }

  /** A copy that the caller may change. */
  object(): KubeObject {
    return JSON.parse(this.body.toString()) as KubeObject;
  }
}

function headerOf(object: KubeObject): Header {
  const { uid = '', labels, ownerReferences, deletionTimestamp } = object.metadata;
  return {
    uid,
    apiVersion: object.apiVersion,
    ...(labels === undefined ? {} : { labels }),
    ...(ownerReferences === undefined ? {} : { owners: ownerReferences.map((owner) => owner.uid) }),
    ...(deletionTimestamp === undefined ? {} : { deleting: true as const }),
  };
}
