import type { Latency, Rate } from './latency.ts';

/** What holds for a growing number of objects. */
export interface Growth {
  readonly points: readonly { readonly n: number; readonly value: number }[];
  /** The `b` of `value = a · n^b`: 1 is linear. */
  readonly exponent: number;
}

/** Figures of the embedded Kubernetes API; objects have 1.5 KB of JSON, every write is durable before it is answered. */
export interface ApiServerFigures {
  readonly writes: {
    /** Creations one after the other. */
    readonly alone: Rate;
    /** Creations, 64 at a time. */
    readonly together: Rate;
    /** Server-side applies that change the object, 64 at a time. */
    readonly apply: Rate;
  };
  readonly watch: {
    readonly events: number;
    readonly watchers: number;
    readonly deliveriesPerSecond: number;
    /** Milliseconds from the call of a write until its event has come, 8 writes at a time. */
    readonly writeToEvent: Latency;
  };
  /** Milliseconds to list objects. */
  readonly list: Growth;
  /** Resident bytes per object after a restart, and right after the objects were written. */
  readonly memory: Growth & { readonly afterWriting: number };
  /** Milliseconds until a server has taken up its objects again. */
  readonly restart: Growth;
  readonly coldStart: {
    readonly clusters: number;
    /** Once the program is loaded. */
    readonly ms: number;
    /** Of the whole process. */
    readonly processMs: number;
  };
  readonly machine: {
    readonly cpus: number;
    readonly loadBefore: number;
    readonly loadAfter: number;
    readonly node: string;
  };
}
