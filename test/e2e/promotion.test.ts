import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, signInBy, startBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { BUILD_COMMIT, connect, promotionIn, pushImage } from '../support/delivery.ts';
import type { ClusterClient } from '../support/delivery.ts';
import { runCommand, startProgram } from '../support/running-program.ts';
import type { RunningProgram } from '../support/running-program.ts';

const chromium = findChromium();
if (chromium === undefined) process.stderr.write('promotion.test.ts is skipped: Chromium not found\n');

const SERVICE = 'stoa-gateway';

describe.skipIf(chromium === undefined)('a release on its way to production, in the browser', () => {
  let data: string;
  let program: RunningProgram;
  let browser: TestBrowser;
  let hub: ClusterClient;

  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'stoa-e2e-'));
    program = await startProgram({ data });
    hub = await connect(program.addresses, 'hub');
    browser = await startBrowser(chromium ?? '');
  }, 60_000);

  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await hub[Symbol.asyncDispose]();
    await program[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  });

  const windowOf = async (name: string): Promise<Page> => {
    const person = program.addresses.users.find((user) => user.name === name);
    if (person === undefined) throw new Error(`No user ${name}`);
    const page = await browser.open();
    await signInBy(page, program.addresses.page, person);
    return page;
  };

  const button = (page: Page, name: string): Locator =>
    page.getByTestId(`service-${SERVICE}`).getByRole('button', { name });

  it('goes from dev to prod by the hands of three people', async () => {
    const image = await pushImage(program.addresses, SERVICE, { tag: '1.1.0', data });
    expect(
      await runCommand(['release', SERVICE, image, '--author', 'alice', '--commit', BUILD_COMMIT, '--data', data]),
    ).toMatchObject({
      code: 0,
    });
    await promotionIn(hub.client, { service: SERVICE, environment: 'dev', phase: 'Deployed' });

    const alice = await windowOf('alice');
    await button(alice, 'Promote to staging').click();
    await promotionIn(hub.client, { service: SERVICE, environment: 'staging', phase: 'Waiting' });
    await expect.poll(() => button(alice, 'Approve').isDisabled(), { timeout: 10_000 }).toBe(true);

    const bob = await windowOf('bob');
    await button(bob, 'Approve').click();
    await promotionIn(hub.client, { service: SERVICE, environment: 'staging', phase: 'Deployed' });

    await button(alice, 'Promote to prod').click();
    const carol = await windowOf('carol');
    await expect.poll(() => button(carol, 'Approve').isEnabled(), { timeout: 10_000 }).toBe(true);
    await picture(carol, 'board.png');
    await button(carol, 'Approve').click();
    await promotionIn(hub.client, { service: SERVICE, environment: 'prod', phase: 'AwaitingDeploy' });
    await button(carol, 'Deploy to prod').click();
    const deployed = await promotionIn(hub.client, { service: SERVICE, environment: 'prod', phase: 'Deployed' });

    expect(deployed.status?.approvers).toEqual(['carol']);
    expect(await runCommand(['evidence', 'verify', '--data', data])).toMatchObject({ code: 0 });
    await carol.getByText('1.1.0').first().waitFor();
  }, 180_000);
});

/** Keeps a picture of the page in the folder that STOA_CD_SCREENSHOTS names, if it does. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['STOA_CD_SCREENSHOTS'];
  if (folder === undefined) return;
  await page.keyboard.press('Control+Home');
  await page.screenshot({ path: join(folder, name), fullPage: true });
}
