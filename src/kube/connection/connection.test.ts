import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterEach, describe, expect, it } from 'vitest';
import { formatYaml } from '../../core/index.ts';
import type { JsonObject } from '../../core/index.ts';
import { ClusterAccessError } from './cluster-access.ts';
import { clusterConnection, clusterSecret, isClusterSecret, parseClusterSecret } from './cluster-secret.ts';
import { loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';

const b64 = (value: string): string => Buffer.from(value).toString('base64');

function kubeconfig(cluster: JsonObject, user: JsonObject): string {
  return formatYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    contexts: [
      { name: 'other', context: { cluster: 'missing', user: 'u' } },
      { name: 'main', context: { cluster: 'c', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://c.test:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });
}

describe('parseKubeconfig', () => {
  it('reads certificates and names', async () => {
    const cluster = { 'certificate-authority-data': b64('CA'), 'tls-server-name': 'api' };
    const user = {
      'client-certificate-data': b64('CERT'),
      'client-key-data': b64('KEY'),
      as: 'bob',
      'as-groups': ['g'],
    };
    expect(await parseKubeconfig(kubeconfig(cluster, user))).toMatchObject({
      server: 'https://c.test:6443',
      ca: 'CA',
      serverName: 'api',
      certificate: 'CERT',
      key: 'KEY',
      impersonate: { user: 'bob', groups: ['g'] },
    });
  });

  it('reads files through the port, a token file again before every request', async () => {
    const files: Record<string, string> = { '/ca': 'CA', '/token': 'one\n' };
    const readFile = (path: string): Promise<string> => Promise.resolve(files[path] ?? '');
    const access = await parseKubeconfig(kubeconfig({ 'certificate-authority': '/ca' }, { tokenFile: '/token' }), {
      readFile,
    });
    expect(access.ca).toBe('CA');
    expect(await access.readToken?.()).toBe('one');
    files['/token'] = 'two';
    expect(await access.readToken?.()).toBe('two');
  });

  it.each<{ reason: string; text: string; context?: string }>([
    { reason: 'an exec plugin', text: kubeconfig({}, { exec: { command: 'aws' } }) },
    { reason: 'an auth provider', text: kubeconfig({}, { 'auth-provider': { name: 'oidc' } }) },
    { reason: 'a password', text: kubeconfig({}, { username: 'u', password: 'p' }) },
    { reason: 'a proxy', text: kubeconfig({ 'proxy-url': 'http://p' }, {}) },
    { reason: 'a file without a way to read it', text: kubeconfig({ 'certificate-authority': '/ca' }, {}) },
    { reason: 'a certificate without key', text: kubeconfig({}, { 'client-certificate-data': b64('x') }) },
    {
      reason: 'insecure with a certificate authority',
      text: kubeconfig({ 'insecure-skip-tls-verify': true, 'certificate-authority-data': b64('x') }, {}),
    },
    { reason: 'data that is not base64', text: kubeconfig({ 'certificate-authority-data': '?' }, {}) },
    { reason: 'a URL of another scheme', text: kubeconfig({ server: 'file:///etc' }, {}) },
    { reason: 'an unknown context', text: kubeconfig({}, {}), context: 'nope' },
    { reason: 'a context of an unknown cluster', text: kubeconfig({}, {}), context: 'other' },
    { reason: 'text that is not YAML', text: '{' },
    { reason: 'another type', text: 'clusters: 1' },
  ])('refuses $reason', async ({ text, context }) => {
    const options = context === undefined ? {} : { context };
    await expect(parseKubeconfig(text, options)).rejects.toBeInstanceOf(ClusterAccessError);
  });
});

describe('clusterSecret', () => {
  it('is read back as it was', async () => {
    const user = { 'client-certificate-data': b64('CERT'), 'client-key-data': b64('KEY'), token: 't' };
    const access = await parseKubeconfig(kubeconfig({ 'certificate-authority-data': b64('CA') }, user));
    const secret = clusterSecret(access, { name: 'dev', namespace: 'argocd', labels: { env: 'dev' } });
    expect(isClusterSecret(secret)).toBe(true);
    expect(secret.metadata.labels).toEqual({ env: 'dev', 'argocd.argoproj.io/secret-type': 'cluster' });
    const read = parseClusterSecret(secret);
    expect(read).toMatchObject({ name: 'dev', server: 'https://c.test:6443', namespaces: [], clusterResources: false });
    expect(read.access).toMatchObject({ ca: 'CA', certificate: 'CERT', key: 'KEY', token: 't', insecure: false });
  });

  it('reads what Argo CD keeps beside', () => {
    const stringData = { name: 'c', server: 'http://c', namespaces: 'a, b', clusterResources: 'true', project: 'p' };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: {}, stringData };
    expect(parseClusterSecret(secret)).toMatchObject({ namespaces: ['a', 'b'], clusterResources: true, project: 'p' });
  });

  it.each([
    { reason: 'an exec plugin', config: '{"execProviderConfig":{"command":"x"}}' },
    { reason: 'AWS authentication', config: '{"awsAuthConfig":{"clusterName":"x"}}' },
    { reason: 'a password', config: '{"username":"u","password":"p"}' },
    { reason: 'a config that is not JSON', config: '{"bearerToken":"secret"' },
    { reason: 'a config of wrong types', config: '{"bearerToken":1}' },
  ])('refuses $reason without telling secrets', ({ config }) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: {}, stringData: { server: 'https://c', config } };
    expect(() => parseClusterSecret(secret)).toThrow(ClusterAccessError);
    expect(() => parseClusterSecret(secret)).not.toThrow('secret"');
  });
});

describe('connections', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  function answer(request: IncomingMessage): string {
    const { authorization } = request.headers;
    const peer =
      'getPeerCertificate' in request.socket
        ? (request.socket as unknown as { getPeerCertificate(): { subject?: { CN: string } } })
        : undefined;
    return JSON.stringify({
      authorization,
      user: request.headers['impersonate-user'],
      name: peer?.getPeerCertificate().subject?.CN,
    });
  }

  async function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>): Promise<number> {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  it('sends token and impersonation to its own origin only', async () => {
    const port = await listen(createServer((request, response) => response.end(answer(request))));
    const text = kubeconfig({ server: `http://127.0.0.1:${port}` }, { token: 't', as: 'bob' });
    const connection = await loadKubeconfig(text);
    closing.push(() => connection.close());
    const response = await connection.fetch(`${connection.server}/x`);
    expect(await response.json()).toEqual({ authorization: 'Bearer t', user: 'bob' });
    const request = new Request(`${connection.server}/x`, { method: 'POST', body: 'b' });
    expect((await connection.fetch(request)).status).toBe(200);
    await expect(connection.fetch('http://127.0.0.2/x')).rejects.toBeInstanceOf(ClusterAccessError);
  });

  it('checks the server by its CA and shows a client certificate', async () => {
    const ca = await certificate('ca', undefined);
    const serving = await certificate('localhost', ca);
    const client = await certificate('alice', ca);
    const tls = { ca: ca.pem, cert: serving.pem, key: serving.key, requestCert: true };
    const port = await listen(createTlsServer(tls, (request, response) => response.end(answer(request))));
    const access = {
      server: `https://127.0.0.1:${port}`,
      serverName: 'localhost',
      certificate: client.pem,
      key: client.key,
    };
    const good = clusterConnection(clusterSecret({ ...access, ca: ca.pem }, { name: 'c', namespace: 'n' }));
    closing.push(() => good.close());
    expect(await (await good.fetch(good.server)).json()).toEqual({ name: 'alice' });

    const other = await certificate('other', undefined);
    const bad = clusterConnection(clusterSecret({ ...access, ca: other.pem }, { name: 'c', namespace: 'n' }));
    closing.push(() => bad.close());
    await expect(bad.fetch(bad.server)).rejects.toThrow();

    const insecure = clusterConnection(clusterSecret({ ...access, insecure: true }, { name: 'c', namespace: 'n' }));
    closing.push(() => insecure.close());
    expect((await insecure.fetch(insecure.server)).status).toBe(200);
  });
});

interface Issued {
  readonly pem: string;
  readonly key: string;
  readonly keys: Awaited<ReturnType<typeof generateKeys>>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

function generateKeys() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function certificate(name: string, issuer: Issued | undefined): Promise<Issued> {
  const keys = await generateKeys();
  const common = {
    serialNumber: b64(name).length.toString(16).padStart(4, '1'),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(issuer === undefined),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
    ],
  };
  const issued =
    issuer === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name: `CN=${name}`, keys })
      : await x509.X509CertificateGenerator.create({
          ...common,
          subject: `CN=${name}`,
          issuer: new x509.X509Certificate(issuer.pem).subject,
          publicKey: keys.publicKey,
          signingKey: issuer.keys.privateKey,
        });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { pem: issued.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'), keys };
}
