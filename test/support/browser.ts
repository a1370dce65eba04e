import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** The installed Chromium; `undefined` where there is none. */
export function findChromium(): string | undefined {
  return PROGRAMS.find((program) => existsSync(program));
}

/** A Chromium with a profile of its own, which holds what its pages complained about. */
export interface TestBrowser extends AsyncDisposable {
  /** A window of somebody else: cookies of their own. */
  open(): Promise<Page>;
  readonly complaints: readonly string[];
}

export async function startBrowser(program: string): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'stoa-chromium-'));
  const browser = await chromium.launch({ executablePath: program, args: [...FLAGS, `--crash-dumps-dir=${profile}`] });
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];
  return {
    complaints,
    async open() {
      const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      return page;
    },
    async [Symbol.asyncDispose]() {
      for (const context of contexts) await context.close();
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Signs in through the provider's form, as a person does. */
export async function signInBy(
  page: Page,
  url: string,
  person: { readonly name: string; readonly password: string },
): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('User name').fill(person.name);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Delivery', exact: true }).waitFor();
}
