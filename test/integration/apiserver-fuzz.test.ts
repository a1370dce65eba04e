import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';
import { seededRandom } from '../support/random.ts';

/** How long requests are made up. `STOA_CD_FUZZ_SECONDS=300` looks deeper, `STOA_CD_SEED` elsewhere. */
const SECONDS = Number(process.env['STOA_CD_FUZZ_SECONDS'] ?? 8);
const SEED = Number(process.env['STOA_CD_SEED'] ?? 20_251_123);
/** A server that has taken so many requests gives way to a new one. */
const PER_SERVER = 2_000;
const SLOWEST_MS = 5_000;
const CORPUS = new URL('../../src/standins/apiserver/testdata/requests.jsonl', import.meta.url);

interface Seed {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
  readonly bodyBase64?: string;
}

interface Made {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: Buffer | undefined;
}

/** Texts that parsers stumble over. */
const TOKENS = [
  '__proto__',
  'constructor',
  '"$patch":"replace"',
  'null',
  '-0',
  '1e999',
  '9223372036854775808',
  '""',
  '[]',
  '{}',
  '\\ud800',
  '\u0000',
  '%2e%2e%2f',
  '%ff',
  '*a',
  '&a [*a]',
  '!!binary',
  '\n---\n',
  '<<: ',
  '~1',
  '/-',
  'default',
  'watch=1',
  '=',
  ',',
  '((',
];

class Mutator {
  readonly #random: () => number;
  readonly #corpus: readonly Made[];

  constructor(random: () => number, corpus: readonly Made[]) {
    this.#random = random;
    this.#corpus = corpus;
  }

  next(): Made {
    const seed = this.#pick(this.#corpus);
    const other = this.#pick(this.#corpus);
    const { body } = seed;
    const method = this.#seldom() ? other.method : seed.method;
    return {
      method,
      path: this.#seldom() ? this.#changed(Buffer.from(seed.path)).toString('latin1') : seed.path,
      type: this.#seldom() ? other.type : seed.type,
      body:
        body === undefined || method === 'GET'
          ? undefined
          : this.#changed(this.#seldom() ? (other.body ?? body) : body),
    };
  }

  #seldom(): boolean {
    return this.#random() < 0.15;
  }

  #upTo(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(list: readonly T[]): T {
    const chosen = list[this.#upTo(list.length)];
    if (chosen === undefined) throw new Error('Cannot pick from an empty list');
    return chosen;
  }

  #changed(bytes: Buffer): Buffer {
    let changed = bytes;
    for (let turns = this.#upTo(4); turns >= 0; turns--) changed = this.#change(changed);
    return changed;
  }

  /** One change: a token put in, a piece left out, a piece twice, a byte changed, a value replaced. */
  #change(bytes: Buffer): Buffer {
    const at = this.#upTo(bytes.length + 1);
    const end = at + this.#upTo(Math.min(40, bytes.length - at + 1));
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    const kind = this.#upTo(5);
    if (kind === 0) return Buffer.concat([before, Buffer.from(this.#pick(TOKENS)), piece, after]);
    if (kind === 1) return Buffer.concat([before, after]);
    if (kind === 2) return Buffer.concat([before, piece, piece, after]);
    if (kind === 3) return Buffer.concat([before, Buffer.from([this.#upTo(256)]), bytes.subarray(at + 1)]);
    return this.#replaceValue(bytes);
  }

  /** Keeps JSON well-formed, to get past the parser. */
  #replaceValue(bytes: Buffer): Buffer {
    const values = [...bytes.toString().matchAll(/:("(?:[^"\\]|\\.)*"|-?\d+|true|false|null|\[\]|\{\})/g)];
    if (values.length === 0) return bytes;
    const { index, 0: found } = this.#pick(values);
    const by = this.#pick([
      'null',
      '""',
      '0',
      '-1',
      '1e99',
      '[]',
      '{}',
      'true',
      '"a/b"',
      '"\\u0000"',
      '[{}]',
      '{"a":{}}',
      '"25%"',
    ]);
    const text = bytes.toString();
    return Buffer.from(`${text.slice(0, index)}:${by}${text.slice(index + found.length)}`);
  }
}

function corpus(): readonly Made[] {
  const lines = readFileSync(CORPUS, 'utf8').trim().split('\n');
  return lines.map((line) => madeOf(JSON.parse(line) as Seed));
}

function madeOf({ method, path, type = 'application/json', body, bodyBase64 }: Seed): Made {
  const text = body === undefined ? undefined : Buffer.from(body);
  return { method, path, type, body: bodyBase64 === undefined ? text : Buffer.from(bodyBase64, 'base64') };
}

describe('the embedded Kubernetes API under made-up requests', () => {
  let server: ApiServer;

  beforeAll(async () => {
    server = await createApiServer({ name: 'fuzz', clock: systemClock });
  });

  afterAll(() => server[Symbol.asyncDispose]());

  function urlOf(path: string): string | undefined {
    const url = URL.parse(path, 'https://fuzz');
    return url?.host === 'fuzz' ? url.href : undefined;
  }

  async function send({ method, path, type, body }: Made): Promise<{ readonly code: number; readonly text: string }> {
    const abort = new AbortController();
    const url = urlOf(path);
    if (url === undefined) return { code: 0, text: '' };
    const init = body === undefined ? {} : { body: new Uint8Array(body) };
    const headers = { 'content-type': type.replace(/[^\x20-\x7e]/g, '') };
    const response = await server.fetch(url, { method, headers, signal: abort.signal, ...init });
    const stream = /watch|follow/.test(url);
    const text = stream && response.status === 200 ? '' : await response.text();
    abort.abort();
    return { code: response.status, text };
  }

  async function check(made: Made): Promise<void> {
    const start = performance.now();
    const shown = JSON.stringify({ ...made, body: undefined, bodyBase64: made.body?.toString('base64') });
    const { code, text } = await send(made);
    expect(code, `${shown} is answered with ${text}`).toBeLessThan(500);
    expect(performance.now() - start, shown).toBeLessThan(SLOWEST_MS);
    if (code >= 400) expect(JSON.parse(text), shown).toMatchObject({ kind: 'Status', status: 'Failure', code });
    expect(({} as Record<string, unknown>)['polluted'], shown).toBeUndefined();
  }

  it('answers everything of the corpus', async () => {
    for (const made of corpus()) await check(made);
  });

  it(`answers, refuses and goes on for ${SECONDS} s (seed ${SEED})`, { timeout: (SECONDS + 60) * 1_000 }, async () => {
    const mutator = new Mutator(seededRandom(SEED), corpus());
    const end = performance.now() + SECONDS * 1_000;
    let requests = 0;
    while (performance.now() < end) {
      await check(mutator.next());
      if (++requests % PER_SERVER !== 0) continue;
      await server[Symbol.asyncDispose]();
      server = await createApiServer({ name: 'fuzz', clock: systemClock });
    }
    expect(requests).toBeGreaterThan(50);
    const listed = await server.fetch('https://fuzz/api/v1/namespaces');
    expect(listed.status).toBe(200);
  });
});
