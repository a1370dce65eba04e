import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectPlain } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { createApiServer } from '../../src/standins/apiserver/index.ts';
import type { ApiServer } from '../../src/standins/apiserver/index.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const SLOW = Number(process.env['STOA_CD_SLOW_WATCHERS'] ?? 200);
const IDLE = Number(process.env['STOA_CD_IDLE_CONNECTIONS'] ?? 1_000);
const MIB = 1024 * 1024;
const CLIENTS = fileURLToPath(new URL('apiserver-clients.ts', import.meta.url));
/** Well within the files that a process may open. */
const PER_PROCESS = 5_000;

interface Hostile {
  readonly name: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly codes: readonly number[];
}

function map(more: string): string {
  return `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"h"}${more}}`;
}

const YAML = { 'content-type': 'application/yaml' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const MERGE = { 'content-type': 'application/merge-patch+json' };

/** Nine anchors, each ten times the one before: a thousand million nodes. */
const BOMB = Array.from({ length: 9 }, (_none, level) => {
  const before = level === 0 ? '"lol"' : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array.from({ length: 10 }, () => before).join(',')}]`;
}).join('\n');

/** Each operation doubles the object. */
const COPIES = JSON.stringify(
  Array.from({ length: 40 }, (_none, index) => ({ op: 'copy', from: '/data', path: `/data/x${index}` })),
);

const REQUESTS: readonly Hostile[] = [
  { name: 'half an object', body: '{"a":', codes: [400] },
  { name: 'nothing', body: '', codes: [400] },
  { name: 'null', body: 'null', codes: [400] },
  { name: 'a list', body: '[]', codes: [400] },
  { name: 'bytes that are no text', body: Buffer.from([0xff, 0xfe, 0x00, 0x80]), codes: [400] },
  { name: 'deep lists', body: '['.repeat(500_000), codes: [400] },
  { name: 'deep objects', body: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, codes: [400] },
  { name: 'a deep value', body: map(`,"data":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`), codes: [400] },
  { name: 'a polluting key', body: map(',"__proto__":{"polluted":true}'), codes: [400] },
  { name: 'a polluting label', body: map('').replace('"name"', '"labels":{"__proto__":"x"},"name"'), codes: [400] },
  { name: 'an escaped polluting key', body: map(',"data":{"__pro\\u0074o__":"x"}'), codes: [400] },
  { name: 'a YAML bomb', headers: YAML, body: BOMB, codes: [400] },
  {
    name: 'an applied YAML bomb',
    method: 'PATCH',
    path: `${MAPS}/h?fieldManager=t`,
    headers: APPLY,
    body: BOMB,
    codes: [400],
  },
  { name: 'tags of YAML', headers: YAML, body: 'a: !!js/function "x"', codes: [400] },
  { name: 'two documents', headers: YAML, body: 'a: 1\n---\nb: 2', codes: [400] },
  { name: 'an unknown type', headers: { 'content-type': 'text/html' }, body: '<a>', codes: [415] },
  { name: 'a body of 50 MB', body: Buffer.alloc(50 * MIB, 0x20), codes: [413] },
  {
    name: 'many names',
    body: map(`,"data":{${Array.from({ length: 100_000 }, (_n, i) => `"k${i}":""`).join(',')}}`),
    codes: [201],
  },
  { name: 'a name with a slash', method: 'GET', path: `${MAPS}/a%2fb`, codes: [404] },
  { name: 'a zero in a path', method: 'GET', path: `${MAPS}/a%00b`, codes: [400, 404] },
  { name: 'a broken escape', method: 'GET', path: `${MAPS}/%zz`, codes: [400, 404] },
  { name: 'a way up', method: 'GET', path: '/api/v1/../../../etc/passwd', codes: [404] },
  { name: 'an encoded way up', method: 'GET', path: '/openapi/v3/%2e%2e/%2e%2e/etc/passwd', codes: [404] },
  { name: 'a path of 30 KB', method: 'GET', path: `/api/v1/${'a'.repeat(30_000)}`, codes: [404, 414, 431] },
  {
    name: 'an endless header',
    method: 'GET',
    path: '/api',
    headers: { accept: 'a,'.repeat(30_000) },
    codes: [200, 406],
  },
  { name: 'more headers than allowed', method: 'GET', path: '/api', headers: { x: 'a'.repeat(100_000) }, codes: [431] },
  { name: 'an unknown method', method: 'PURGE', path: MAPS, codes: [400, 405] },
  { name: 'a broken selector', method: 'GET', path: `${MAPS}?labelSelector=((((in`, codes: [400] },
  {
    name: 'a long selector',
    method: 'GET',
    path: `${MAPS}?labelSelector=a+in+(${'b,'.repeat(20_000)}c)`,
    codes: [200, 400],
  },
  { name: 'a broken token', method: 'GET', path: `${MAPS}?limit=1&continue=AAAA`, codes: [400, 410] },
  {
    name: 'a polluting token',
    method: 'GET',
    path: `${MAPS}?limit=1&continue=${Buffer.from('{"__proto__":1}').toString('base64')}`,
    codes: [400, 410],
  },
  { name: 'a version that is none', method: 'GET', path: `${MAPS}?resourceVersion=-1e9`, codes: [400, 422] },
  {
    name: 'a version of the future',
    method: 'GET',
    path: `${MAPS}?resourceVersion=9007199254740993&resourceVersionMatch=Exact`,
    codes: [400, 422, 504],
  },
  { name: 'a negative page', method: 'GET', path: `${MAPS}?limit=-5`, codes: [200, 400] },
  {
    name: 'a watch without an end',
    method: 'GET',
    path: `${MAPS}?watch=true&timeoutSeconds=-1&resourceVersion=x`,
    codes: [400, 422],
  },
  {
    name: 'a patch that doubles',
    method: 'PATCH',
    path: `${MAPS}/victim`,
    headers: JSON_PATCH,
    body: COPIES,
    codes: [400, 413, 422],
  },
  {
    name: 'a patch of the prototype',
    method: 'PATCH',
    path: `${MAPS}/victim`,
    headers: JSON_PATCH,
    body: '[{"op":"add","path":"/__proto__/polluted","value":1}]',
    codes: [400, 422],
  },
  {
    name: 'a patch of a constructor',
    method: 'PATCH',
    path: `${MAPS}/victim`,
    headers: JSON_PATCH,
    body: '[{"op":"add","path":"/constructor/prototype/polluted","value":1}]',
    codes: [400, 422],
  },
  {
    name: 'a merge with the prototype',
    method: 'PATCH',
    path: `${MAPS}/victim`,
    headers: MERGE,
    body: '{"__proto__":{"polluted":1}}',
    codes: [400],
  },
  { name: 'a merge with a list', method: 'PATCH', path: `${MAPS}/victim`, headers: MERGE, body: '[1]', codes: [400] },
  {
    name: 'too much protobuf',
    headers: { 'content-type': 'application/vnd.kubernetes.protobuf' },
    body: Buffer.from('k8s\0'.padEnd(100_000, '\x0a\x01')),
    codes: [400, 415],
  },
];

describe('the embedded Kubernetes API among hostile clients', () => {
  let server: ApiServer;
  let port: number;
  let token: string;
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 4 });

  beforeAll(async () => {
    server = await createApiServer({ name: 'dev', clock: systemClock });
    port = Number(new URL((await server.listen()).url).port);
    token = server.issueToken({ name: 'admin', groups: ['system:masters'] });
    expect(await code({ name: '', codes: [], body: map(',"data":{"a":"b"}').replace('"h"', '"victim"') })).toBe(201);
  });

  afterAll(async () => {
    agent.destroy();
    await server[Symbol.asyncDispose]();
  });

  function send({ method = 'POST', path = MAPS, headers, body }: Hostile): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { agent, host: '127.0.0.1', port, method, path };
      const own = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
      request({
        ...options,
        headers: { ...own, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
      })
        .on('response', resolve)
        .on('error', reject)
        .end(body);
    });
  }

  /** The status, or 413 when the connection was closed on a body that was still on its way. */
  async function code(hostile: Hostile): Promise<number> {
    try {
      const response = await send(hostile);
      response.resume();
      await once(response, 'end');
      return response.statusCode ?? 0;
    } catch (error) {
      const { code: why } = error as NodeJS.ErrnoException;
      if (why === 'EPIPE' || why === 'ECONNRESET') return 413;
      throw error;
    }
  }

  async function requireWell(): Promise<void> {
    const start = performance.now();
    expect(await code({ name: '', method: 'GET', path: '/readyz', codes: [] })).toBe(200);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  }

  it.each(REQUESTS)('refuses $name', async (hostile) => {
    const before = process.memoryUsage().rss;
    expect(hostile.codes).toContain(await code(hostile));
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MIB);
    await requireWell();
  });

  it('closes connections that do not speak its language', async () => {
    const plain = connectPlain(port, '127.0.0.1');
    plain.on('error', () => undefined);
    plain.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await new Promise((resolve) => plain.on('close', resolve));
    const secure = await tls();
    secure.write(`GARBAGE ${'\0'.repeat(1_000)}\r\n\r\n`);
    await new Promise((resolve) => secure.resume().on('close', resolve));
    await requireWell();
  });

  function tls(): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  /** Connections of other processes, which end with the test; the standard input says what each asks for. */
  async function openMany(count: number, ask: string): Promise<Disposable> {
    const children: ChildProcess[] = [];
    for (let left = count; left > 0; left -= PER_PROCESS) {
      const args = [CLIENTS, String(port), String(Math.min(left, PER_PROCESS))];
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.end(ask);
      const said = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
      expect(String(said[0])).toBe('open\n');
      children.push(child);
    }
    return { [Symbol.dispose]: () => children.forEach((child) => child.kill('SIGKILL')) };
  }

  it(
    `lives with ${IDLE} connections that say nothing`,
    async () => {
      const before = process.memoryUsage().rss;
      using _ = await openMany(IDLE, '');
      await requireWell();
      expect(process.memoryUsage().rss - before).toBeLessThan((100 + IDLE / 10) * MIB);
    },
    30_000 + IDLE * 20,
  );

  it(
    `cuts off ${SLOW} watchers that do not read, and serves one that does`,
    async () => {
      const path = `${MAPS}?watch=true&resourceVersion=0`;
      const before = process.memoryUsage().rss;
      using _ = await openMany(SLOW, `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
      const good = await send({ name: '', method: 'GET', path, codes: [] });
      let seen = '';
      const done = (async () => {
        for await (const chunk of good) {
          seen = (seen + (chunk as Buffer).toString()).slice(-2 * MIB);
          if (seen.includes('"last":"yes"')) return;
        }
      })();
      const text = 'x'.repeat(900_000);
      for (let turn = 0; turn < 40; turn++) {
        const body = JSON.stringify({ data: turn === 39 ? { last: 'yes' } : { text, turn: String(turn) } });
        const patch = { name: '', method: 'PATCH', path: `${MAPS}/victim`, headers: MERGE, body, codes: [] };
        expect(await code(patch)).toBe(200);
      }
      await done;
      good.destroy();
      // What they have not read is kept once, not for each: per watcher there is a connection and a piece under way.
      expect(process.memoryUsage().rss - before).toBeLessThan((300 + SLOW / 3) * MIB);
      await requireWell();
    },
    30_000 + SLOW * 100,
  );
});
