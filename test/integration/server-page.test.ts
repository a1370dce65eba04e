import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/index.ts';
import { findChromium, signInBy, startBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { OPEN_PROMOTIONS } from '../support/fake-hub.ts';
import { LOW_CONTRAST, WITHOUT_NAME } from '../support/page-audit.ts';
import { startPageWorld } from '../support/page-server.ts';
import type { PageWorld } from '../support/page-server.ts';

const PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));
const program = findChromium();
const missing = program === undefined ? 'Chromium' : existsSync(PAGE) ? undefined : 'the built page (npm run build)';
if (missing !== undefined) process.stderr.write(`Skipped, missing here: ${missing}\n`);

let browser: TestBrowser;
let world: PageWorld;
let page: Page;

/** Signs `name` in to a world of their own, for all tests of a block. */
function asPerson(name: string): void {
  beforeAll(async () => {
    const rollback = async (): Promise<never> => {
      throw new RefusedError('Cannot roll back: the forge is frozen');
    };
    world = await startPageWorld({ pageDirectory: PAGE, verbs: { rollback } });
    page = await browser.open();
    await signInBy(page, world.url, { name, password: world.passwordOf(name) });
  });
  afterAll(async () => {
    await page.context().close();
    await world[Symbol.asyncDispose]();
  });
}

function promotion(environment: 'staging' | 'prod'): Locator {
  return page.getByTestId(`promotion-${OPEN_PROMOTIONS[environment]}`);
}

describe.skipIf(missing !== undefined)('the page', () => {
  beforeAll(async () => {
    browser = await startBrowser(program ?? '');
  });

  afterAll(async () => browser[Symbol.asyncDispose]());

  describe('for somebody who may approve and deploy', () => {
    asPerson('carol');

    it.each(['light', 'dark'] as const)('has text of enough contrast in %s', async (colorScheme) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.getByTestId('application-stoa-staging').getByRole('button').first().click();
      await expect.poll(() => page.evaluate(LOW_CONTRAST)).toEqual([]);
      await page.evaluate("document.documentElement.style.setProperty('--soft', '#888')");
      expect(await page.evaluate(LOW_CONTRAST)).not.toEqual([]);
      await page.evaluate("document.documentElement.style.removeProperty('--soft')");
    });

    it('names everything that can be pressed', async () => {
      expect(await page.evaluate(WITHOUT_NAME)).toEqual([]);
    });

    it('takes both decisions, and tells', async () => {
      await promotion('staging').getByRole('button', { name: 'Approve' }).click();
      await page.getByText('Approved stoa-gateway 1.5.0 for staging').waitFor();
      await promotion('prod').getByRole('button', { name: 'Deploy to prod' }).click();
      await page.getByText('Deploying stoa-gateway 1.4.0 to prod').waitFor();
      expect(world.calls.map(({ verb, user, subject }) => [verb, user.name, subject])).toEqual([
        ['approve', 'carol', OPEN_PROMOTIONS.staging],
        ['deploy', 'carol', OPEN_PROMOTIONS.prod],
      ]);
    });

    it('asks before it rolls back, and shows what the server refuses', async () => {
      const cell = page.getByRole('article', { name: 'stoa-gateway in staging' });
      await cell.getByRole('button', { name: 'Roll back' }).click();
      const dialog = page.getByRole('dialog');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await cell.getByRole('button', { name: 'Roll back' }).click();
      await dialog.getByRole('button', { name: 'Roll back to 1.3.2' }).click();
      await page.getByText('Cannot roll back: the forge is frozen').waitFor();
    });
  });

  describe('for somebody who decides on exceptions', () => {
    asPerson('carol');
    const exception = (text: string): Locator => page.getByRole('listitem').filter({ hasText: text });
    const spec = { by: 'bob', reason: 'year end', at: '2026-01-15T08:00:00Z' };
    const put = (kind: string, name: string, more: object): void =>
      world.hub.put({
        ...{ apiVersion: 'delivery.stoa.dev/v1alpha1', kind, metadata: { name, namespace: 'argocd' } },
        spec: { ...spec, ...more },
      });

    it('freezes an environment, with a reason and an end', async () => {
      await page.getByRole('button', { name: 'Freeze…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Freeze an environment' });
      await dialog.getByRole('button', { name: 'Freeze', exact: true }).click();
      expect(world.calls).toEqual([]);
      await dialog.getByLabel('Environment').selectOption('staging');
      await dialog.getByLabel('For', { exact: true }).selectOption('12h');
      await dialog.getByLabel('Reason').fill('year end');
      await dialog.getByRole('button', { name: 'Freeze', exact: true }).click();
      await page.getByText('It is frozen').waitFor();
      const subject = { environment: 'staging', reason: 'year end', lasts: '12h' };
      expect(world.calls).toMatchObject([{ verb: 'freeze', user: { name: 'carol' }, subject }]);
    });

    it('sees a freeze as soon as it is there, and lifts it', async () => {
      put('Freeze', 'prod', { environment: 'prod' });
      const freeze = exception('prod is frozen year end');
      await freeze.getByRole('button', { name: 'Lift' }).click();
      await page.getByText('prod is free again').waitFor();
      expect(world.calls.at(-1)).toMatchObject({ verb: 'unfreeze', subject: { environment: 'prod' } });
    });

    it('lifts a quarantine, with a reason', async () => {
      const digest = `sha256:${'a'.repeat(64)}`;
      put('Quarantine', 'q', { digest, image: 'registry.example.com/stoa/stoa-gateway', reason: 'it leaks' });
      await exception('is in quarantine it leaks').getByRole('button', { name: 'Lift' }).click();
      const dialog = page.getByRole('dialog', { name: /^Lift the quarantine/ });
      await dialog.getByLabel('Reason').fill('it was the test');
      await dialog.getByRole('button', { name: 'Lift the quarantine' }).click();
      const subject = { digest, reason: 'it was the test' };
      await expect.poll(() => world.calls.at(-1)).toMatchObject({ verb: 'liftQuarantine', subject });
    });

    it('breaks the glass where the pipeline lets it', async () => {
      world.hub.change('Promotion', OPEN_PROMOTIONS.prod, (object) => ({
        ...object,
        status: { ...(object['status'] as object), phase: 'Waiting' },
      }));
      await promotion('prod').getByRole('button', { name: 'Break glass…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Bring stoa-gateway 1.4.0 to prod at once?' });
      await dialog.getByLabel('Reason').fill('customers cannot pay');
      await dialog.getByRole('button', { name: 'Break the glass' }).click();
      const target = { service: 'stoa-gateway', environment: 'prod', release: 'stoa-gateway-81326fbb1e06' };
      const subject = { ...target, reason: 'customers cannot pay' };
      await expect.poll(() => world.calls.at(-1)).toMatchObject({ verb: 'breakGlass', subject });
      expect(await promotion('staging').getByRole('button', { name: 'Break glass…' }).count()).toBe(0);
    });

    it('reviews what somebody else did in need, and not what she did herself', async () => {
      for (const requestedBy of ['bob', 'carol']) {
        const object = world.hub.get('Promotion', 'stoa-gateway-06e218290b58-prod');
        const { spec: before, metadata } = object as unknown as { spec: object; metadata: object };
        const need = { requestedBy, breakGlass: { reason: `outage of ${requestedBy}`, until: spec.at } };
        world.hub.put({
          ...object,
          metadata: { ...metadata, name: `need-${requestedBy}` },
          spec: { ...before, ...need },
        });
      }
      const own = exception('went past the gates outage of carol').getByRole('button', { name: 'Review' });
      await own.waitFor();
      expect(await own.isDisabled()).toBe(true);
      await exception('went past the gates outage of bob').getByRole('button', { name: 'Review' }).click();
      const dialog = page.getByRole('dialog', { name: /^Close the review/ });
      await dialog.getByLabel('What did you find?').fill('it was right');
      await dialog.getByRole('button', { name: 'Close the review' }).click();
      await expect.poll(() => world.calls.at(-1)).toMatchObject({ verb: 'review', subject: 'need-bob' });
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
      expect(await page.evaluate(WITHOUT_NAME)).toEqual([]);
    });
  });

  describe('for somebody who reads', () => {
    asPerson('erin');

    it('opens an Application to its resources', async () => {
      const application = page.getByTestId('application-stoa-staging');
      await application.getByRole('button').first().click();
      await application.getByText('exceeded its progress deadline').waitFor();
      expect(await application.getByRole('alert').innerText()).toContain('Sync error');
    });

    it('shows the signed record of a deployment', async () => {
      await page.getByRole('button', { name: 'Evidence of stoa-gateway 1.5.0 in dev' }).click();
      const dialog = page.getByRole('dialog', { name: 'stoa-gateway 1.5.0 in dev' });
      await dialog.getByText('Record 11 of the ledger').waitFor();
      expect(await dialog.innerText()).toMatch(/Deployed by\s+stoa-cd/);
      await dialog.getByRole('button', { name: 'Close' }).click();
      await dialog.waitFor({ state: 'detached' });
    });

    it('shows what runs where, and follows what changes', async () => {
      const cell = page.getByRole('article', { name: 'stoa-gateway in dev' });
      expect(await cell.innerText()).toMatch(/1\.5\.0[\s\S]*Progressing/);
      expect(await cell.getAttribute('aria-busy')).toBe('true');
      world.hub.change('Application', 'stoa-dev', (object) => ({
        ...object,
        status: { ...(object['status'] as object), resources: [], health: { status: 'Degraded', message: 'It broke' } },
      }));
      await expect.poll(() => cell.innerText()).toMatch(/Degraded[\s\S]*It broke/);
      expect(browser.complaints.filter((text) => !text.includes('409'))).toEqual([]);
    });
  });

  describe('for somebody who promotes', () => {
    asPerson('alice');

    it('says why they may not approve, and does not ask the server', async () => {
      const approve = promotion('staging').getByRole('button', { name: 'Approve' });
      expect(await approve.isDisabled()).toBe(true);
      await approve.focus();
      await page.keyboard.press('Enter');
      expect(await promotion('staging').innerText()).toContain('somebody else has to approve');
      expect(world.calls).toEqual([]);
    });

    it('offers promotion where there is something to promote', async () => {
      const refused = { phase: 'Refused', gates: [] };
      world.hub.change('Promotion', OPEN_PROMOTIONS.staging, (object) => ({ ...object, status: refused }));
      const lane = page.getByRole('listitem', { name: 'stoa-gateway from dev to staging' });
      await lane.getByRole('button', { name: 'Promote to staging' }).click();
      const subject = { service: 'stoa-gateway', environment: 'staging' };
      await expect.poll(() => world.calls).toMatchObject([{ verb: 'promote', subject }]);
    });

    it('signs out, and in again', async () => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.reload();
      await signInBy(page, world.url, { name: 'alice', password: world.passwordOf('alice') });
    });

    it('says that it reconnects while the server is away', async () => {
      const live = page.getByTestId('live');
      await expect.poll(() => live.getAttribute('data-state')).toBe('live');
      await world.stopServer();
      await expect.poll(() => live.getAttribute('data-state'), { timeout: 10_000 }).toBe('reconnecting');
    });
  });
});
