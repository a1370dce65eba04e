import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../core/index.ts';
import { SealedCookie } from './sealed-cookie.ts';

const clock = new VirtualClock();

function cookie(secret = 1): SealedCookie {
  const options = { name: 'session', maxAgeSeconds: 60, path: '/', secure: false, clock };
  return new SealedCookie({ ...options, secret: new Uint8Array(32).fill(secret) });
}

/** What a browser keeps after each answer. */
class Browser {
  kept = new Map<string, string>();

  async visit(app: Hono, path: string): Promise<unknown> {
    const header = [...this.kept].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await app.request(path, { headers: { cookie: header } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) this.kept.delete(name);
      else this.kept.set(name, value);
    }
    return answer.json();
  }
}

function appWith(sealed: SealedCookie): Hono {
  const app = new Hono();
  app.get('/read', async (context) => context.json((await sealed.read(context)) ?? null));
  app.get('/write/:length', async (context) => {
    await sealed.write(context, { text: 'x'.repeat(Number(context.req.param('length'))) });
    return context.json({});
  });
  app.get('/clear', (context) => {
    sealed.clear(context);
    return context.json({});
  });
  app.onError((error, context) => context.json({ error: error.name }));
  return app;
}

describe('SealedCookie', () => {
  it.each([10, 3_000, 9_000])('keeps %i characters, each cookie within what browsers take', async (length) => {
    const [browser, app] = [new Browser(), appWith(cookie())];
    await browser.visit(app, `/write/${length}`);
    for (const [name, value] of browser.kept) expect(name.length + value.length).toBeLessThan(4_000);
    expect(await browser.visit(app, '/read')).toMatchObject({ text: 'x'.repeat(length) });
  });

  it('leaves no rest of a longer value', async () => {
    const [browser, app] = [new Browser(), appWith(cookie())];
    await browser.visit(app, '/write/9000');
    await browser.visit(app, '/write/10');
    expect(browser.kept.size).toBe(1);
    expect(await browser.visit(app, '/read')).toMatchObject({ text: 'x'.repeat(10) });
    await browser.visit(app, '/clear');
    expect(browser.kept.size).toBe(0);
  });

  it('refuses what a browser would not keep', async () => {
    expect(await new Browser().visit(appWith(cookie()), '/write/20000')).toEqual({ error: 'RangeError' });
  });

  it('does not open what another key sealed, what was changed, or what is too old', async () => {
    const browser = new Browser();
    await browser.visit(appWith(cookie()), '/write/10');
    expect(await browser.visit(appWith(cookie(2)), '/read')).toBeNull();
    const [[name, value] = ['', '']] = browser.kept;
    browser.kept.set(name, `${value.slice(0, -2)}AA`);
    expect(await browser.visit(appWith(cookie()), '/read')).toBeNull();
    browser.kept.set(name, value);
    expect(await browser.visit(appWith(cookie()), '/read')).not.toBeNull();
    clock.advance(61_000);
    expect(await browser.visit(appWith(cookie()), '/read')).toBeNull();
  });
});
