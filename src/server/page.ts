import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { html } from 'hono/html';
import { NotFoundError } from './errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.map': 'application/json',
};

/** Files whose name holds a digest of their content, so that a browser may keep them for good. */
const ASSET = /^[\w-][\w.-]*$/;

/** The built page. `directory` is read at each request, so that a page that is built later is found. */
export function pageRoutes(directory: string): Hono {
  const app = new Hono();
  app.get('/', async (context) => {
    const index = await read(join(directory, 'index.html'));
    if (index === undefined) return context.html(notBuilt(), 503);
    return context.body(index, 200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  });
  app.get('/favicon.svg', (context) =>
    serve(join(directory, 'favicon.svg'), 'public, max-age=86400', context.req.path),
  );
  app.get('/assets/:file', (context) => {
    const file = context.req.param('file');
    if (!ASSET.test(file)) throw new NotFoundError('There is no such file');
    return serve(join(directory, 'assets', file), 'public, max-age=31536000, immutable', context.req.path);
  });
  return app;
}

async function serve(file: string, cacheControl: string, path: string): Promise<Response> {
  const content = await read(file);
  if (content === undefined) throw new NotFoundError(`There is no such file: ${path.slice(0, 100)}`);
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  return new Response(content, { headers: { 'content-type': type, 'cache-control': cacheControl } });
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function notBuilt(): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>stoa-cd</title>
      </head>
      <body>
        <h1>The page has not been built</h1>
        <p>Run <code>npm run build</code> and reload. The API works without it.</p>
      </body>
    </html>`;
}
