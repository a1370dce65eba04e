import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { findProgram } from './tools.ts';

/** Path of the machine's Chromium; `undefined` where there is none. */
export const chromiumProgram =
  findProgram('chromium') ?? findProgram('chromium-browser') ?? findProgram('google-chrome');

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumProgram ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Person {
  readonly name: string;
  readonly password: string;
}

/** A window of its own in which `person` has signed in. */
export async function signIn(browser: Browser, page: string, person: Person): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const window = await context.newPage();
  await window.goto(page);
  await window
    .getByRole('link', { name: 'Sign in' })
    .or(window.getByRole('button', { name: 'Sign in' }))
    .first()
    .click();
  await window.getByLabel(/user ?name/i).fill(person.name);
  await window.getByLabel(/password/i).fill(person.password);
  await window.getByRole('button', { name: 'Sign in' }).click();
  await window.waitForURL((url) => url.origin === new URL(page).origin);
  return window;
}
