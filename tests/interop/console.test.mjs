import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import typescript from '../../src/ControlPlane.Console/node_modules/typescript/lib/typescript.js';
import { Browser, checkPage, takePicture } from './support/browser.mjs';
import { makeCertificate } from './support/certificates.mjs';
import { connect } from './support/client.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, Server, temporaryFolder } from './support/server.mjs';

const sources = new URL('../../src/ControlPlane.Console/src/', import.meta.url);
let folder, certificate, server, receiver, client, browser;

before(async () => {
  folder = temporaryFolder();
  certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, ({ path }) => (path === '/broken' ? { status: 500, body: '{"error":"no database"}' } : 204));
  server = await Server.start(folder, certificate.path);
  client = connect(server.address);
  browser = await Browser.start();
});

after(async () => {
  await browser?.stop();
  client?.close();
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

afterEach(() => {
  assert.deepEqual(browser.faults.splice(0), []);
});

const open = async (path = '', options) => {
  const page = await browser.open(`${server.http}/console/`, options);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').waitFor();
  if (path) await page.goto(`${server.http}/console/#/${path}`);
  return page;
};
const hook = async (path, more = {}) => (await client.webhooks.CreateWebhook({
  webhook: { url: `${receiver.url}${path}`, event_types: ['order.*'], ...more },
})).webhook;
const publish = async (type, more = {}) => client.events.PublishEvent({ event: { type, payload: Buffer.from('{"order":17}'), ...more } });
/** A list is asked for once: what it is to show has to be so by then. */
const untilIn = async (state, webhook, number) => {
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => { setTimeout(resolve, 50); })) {
    const { deliveries } = await client.deliveries.ListDeliveries({ webhook_id: webhook.id, states: [state] });
    if (deliveries.length >= number) return;
    assert.ok(Date.now() < end, `${deliveries.length} deliveries are ${state}`);
  }
};
const once = { retry_policy: { max_attempts: 1 } };
const see = (page, text) => page.getByText(text).first().waitFor();
const untilLive = (page) => page.waitForFunction(() => document.querySelector('[role=status] .badge')?.textContent === 'Live');
const total = (page, name) => page.locator('.totals div', { hasText: name }).locator('dd');
const untilTotal = (page, name, value) => total(page, name).filter({ hasText: new RegExp(`^${value}$`) }).waitFor();

test('a wrong key is refused in words, and the right one stays in the session storage alone', async () => {
  const page = await browser.open(`${server.http}/console`);
  browser.expected = '401';
  await page.getByLabel('API key').fill('cpk_wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Live' }).waitFor();
  browser.expected = undefined;
  assert.deepEqual(await page.evaluate(() => [localStorage.length, document.cookie, Object.values({ ...sessionStorage }).sort()]), [0, '', ['-', key]]);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

test('a sample of any number of changes has no hole and ends with the latest', async () => {
  const source = readFileSync(new URL('live/sample.ts', sources), 'utf8');
  const { outputText } = typescript.transpileModule(source, { compilerOptions: { module: typescript.ModuleKind.ESNext } });
  const { sample } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  for (let length = 0; length <= 2000; length++) {
    const batch = Array.from({ length }, (_, index) => index);
    const shown = sample(batch, 25);
    assert.equal(shown.length, Math.min(length, 25));
    assert.ok(shown.every((value, index) => Number.isInteger(value) && (index === 0 || value > shown[index - 1])), `${length}`);
    assert.equal(shown.at(-1), batch.at(-1));
  }
});

test('what is published shows up on the live page, and a page that lost its server goes on without a gap', async () => {
  const made = await hook('/live', { event_types: ['live.*'] });
  const page = await open();
  await page.getByLabel('Event types').fill('live.*');
  await page.getByLabel('Succeeded').check();
  await see(page, 'Nothing has changed');
  await page.locator('header').waitFor();
  await untilLive(page);
  await publish('live.one');
  await page.getByRole('cell', { name: 'live.one' }).waitFor();
  await untilTotal(page, 'Delivered', 1);

  browser.expected = 'ERR_';
  await server.stop('SIGKILL');
  await see(page, 'Reconnecting');
  server = await Server.start(folder, certificate.path, { ports: server.ports });
  for (let i = 0; i < 5; i++) await publish(`live.after-${i}`);
  await see(page, /Connected again after .* none missed/);
  await untilTotal(page, 'Delivered', 6);
  browser.expected = undefined;
  await takePicture(page, 'reconnected');

  await page.getByRole('button', { name: 'Pause' }).click();
  await publish('live.paused');
  await untilTotal(page, 'Delivered', 7);
  assert.equal(await page.getByRole('cell', { name: 'live.paused' }).count(), 0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('cell', { name: 'live.paused' }).waitFor();
  await client.webhooks.DeleteWebhook({ webhook_id: made.id });
});

test('more changes at once than anybody sees go by are sampled, and all are counted', async () => {
  const made = await hook('/many', { event_types: ['many.*'] });
  const page = await open();
  await page.clock.install();
  await page.reload();
  await page.getByLabel('Event types').fill('many.*');
  await page.getByLabel('Succeeded').check();
  await untilLive(page);
  // At once is what the page finds when it looks; it looks once all are delivered, however long that takes.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 5_000));
  const events = Array.from({ length: 1000 }, (_, i) => ({ type: 'many.sold', payload: Buffer.from(`${i}`) }));
  await client.events.BatchPublishEvents({ events });
  await receiver.until((requests) => requests.filter(({ path }) => path === '/many').length === events.length, 'all of them');
  // What is received is still to be recorded and shown.
  const sampled = page.getByText('a sample is shown, all are counted');
  for (const end = Date.now() + 60_000; await sampled.count() === 0 && Date.now() < end;) {
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    await page.clock.runFor(250);
  }
  await sampled.waitFor();
  await page.clock.resume();
  await untilTotal(page, 'Delivered', '1,000');
  assert.ok(await page.locator('tbody tr').count() <= 100);
  await client.webhooks.DeleteWebhook({ webhook_id: made.id });
});

test('an empty live page says how to publish, and what it says does', async () => {
  const page = await open();
  await page.getByLabel('Event types').fill('order.created');
  const command = await page.getByRole('region', { name: 'how to publish' }).innerText();
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, KEY: key } });
  assert.equal(JSON.parse(stdout).event.type, 'order.created');
  const [published] = (await client.events.ListEvents({ event_types: ['order.created'], page_size: 1 })).events;
  assert.equal((await client.events.GetEvent({ event_id: published.id })).event.payload.toString(), '{"order":1}');
});

test('a webhook is created with wrong input shown at its fields, and edited, tested, probed, previewed and rotated', async () => {
  const page = await open('webhooks');
  await page.getByRole('link', { name: 'Create webhook' }).click();
  await page.getByLabel('URL', { exact: true }).fill('http://10.0.0.1/hook');
  await page.getByLabel('Event types').fill('order.*\nnot a type');
  await page.getByText('More settings').click();
  await page.getByLabel('Timeout in seconds').fill('3600');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByText('private use').waitFor();
  assert.equal(await page.getByLabel('URL', { exact: true }).getAttribute('aria-invalid'), 'true');
  assert.equal(await page.getByLabel('Timeout in seconds').getAttribute('aria-invalid'), 'true');
  await see(page, /^Line 2: must be/);
  assert.equal(await page.evaluate(() => document.activeElement.type), 'url');

  await page.getByLabel('Name').fill('Shop');
  await page.getByLabel('URL', { exact: true }).fill(`${receiver.url}/shop`);
  await page.getByLabel('Event types').fill('shop.*');
  await page.getByLabel('Timeout in seconds').fill('10');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await page.getByRole('dialog', { name: 'Webhook created' }).getByText(/whsec_/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('heading', { name: 'Shop' }).waitFor();

  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Name').fill('Shop of the north');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Shop of the north' }).waitFor();
  const [stored] = (await client.webhooks.ListWebhooks({ filter: 'name = "Shop of the north"' })).webhooks;
  assert.equal(stored.url, `${receiver.url}/shop`);
  assert.equal(stored.timeout.seconds, '10');

  const inDialog = async (button, check) => {
    await page.getByRole('button', { name: button, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await check(dialog);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  };
  await inDialog('Test', async (dialog) => {
    await dialog.getByRole('button', { name: 'Send now' }).click();
    await dialog.getByText('204').waitFor();
    await dialog.getByText(/webhook-signature: v1,/).waitFor();
  });
  assert.equal(receiver.requests.at(-1).path, '/shop');
  await inDialog('Probe', async (dialog) => {
    await dialog.getByText('Reachable').waitFor();
    await dialog.getByText('1 more day').waitFor();
    await checkPage(page, 'probe');
    await takePicture(page, 'probe');
  });
  // Another dialect is chosen before the first answer is there.
  const asked = [];
  await page.route('**/PreviewRequest', (route) => {
    asked.push(route);
    // The first one is given up.
    if (asked.length > 1) asked.forEach((each) => each.continue().catch(() => {}));
  });
  await inDialog('Preview', async (dialog) => {
    await dialog.getByLabel('Dialect').selectOption('github');
    await dialog.getByText(/X-Hub-Signature-256/i).waitFor();
  });
  await page.unroute('**/PreviewRequest');
  await inDialog('Receiver code', async (dialog) => {
    await dialog.getByRole('button', { name: 'Python' }).click();
    await dialog.getByText(/def verify/).waitFor();
  });
  await page.getByRole('button', { name: 'Rotate secret' }).click();
  await page.getByRole('button', { name: 'Rotate', exact: true }).click();
  await page.getByRole('dialog', { name: 'Secret rotated' }).getByText(/whsec_/).waitFor();
  await page.getByRole('button', { name: 'Done' }).click();
  await see(page, 'signs until');
  await page.getByRole('button', { name: 'Disable' }).click();
  await see(page, 'Disabled');
});

test('a delivery that failed says why, is redriven with a progress bar, and one that waits is cancelled', async () => {
  const broken = await hook('/broken', { name: 'Broken', event_types: ['broken.*'], ...once });
  for (let i = 0; i < 3; i++) await publish('broken.one');
  await untilIn('DELIVERY_STATE_DEAD', broken, 3);
  const page = await open(`deliveries?webhook=${broken.id}&state=5`);
  await page.getByRole('row').filter({ hasText: 'Dead' }).nth(2).waitFor();
  await page.getByRole('row').filter({ hasText: 'Dead' }).first().getByRole('link').first().click();
  await see(page, 'Given up: attempts exhausted');
  await see(page, 'The receiver answered 500');
  await page.getByText('Beginning of the answer').click();
  await see(page, '{"error":"no database"}');
  await page.locator('.summary').filter({ hasText: 'Given up' }).waitFor();
  await see(page, '"order": 17');
  await checkPage(page, 'delivery');
  await takePicture(page, 'delivery');
  await client.webhooks.UpdateWebhook({ webhook: { id: broken.id, url: `${receiver.url}/mended` }, update_mask: { paths: ['url'] } });
  await page.getByRole('button', { name: 'Retry now' }).click();
  await see(page, 'Delivered');

  await page.goto(`${server.http}/console/#/redrives`);
  await page.getByLabel('Webhook').fill(broken.id);
  await page.getByRole('button', { name: 'Count' }).click();
  await see(page, '2 deliveries match');
  await page.getByRole('button', { name: 'Send 2 again' }).click();
  await see(page, '2 of 2 set going');
  await see(page, 'Done');
  await checkPage(page, 'redrives');

  await untilIn('DELIVERY_STATE_SUCCEEDED', broken, 3);
  await page.goto(`${server.http}/console/#/webhooks/${broken.id}`);
  await page.getByRole('img', { name: /^Last hour: 3 deliveries made, 0 attempts to be retried, 3 given up$/ }).waitFor();
  await see(page, '50 %');
  await page.getByLabel('Window').selectOption('Last 30 days');
  await page.getByRole('img', { name: /^Last 30 days: 3 deliveries made/ }).waitFor();
  await checkPage(page, 'webhook');
  await page.goto(`${server.http}/console/#/webhooks`);
  await page.getByRole('row').filter({ hasText: 'Broken' }).getByRole('img', { name: /^The last hour: 3 deliveries made/ }).waitFor();
  await checkPage(page, 'webhooks');

  await client.webhooks.UpdateWebhook({
    webhook: { id: broken.id, url: `${receiver.url}/broken`, retry_policy: { fixed: { delay: { seconds: 3600 } } } },
    update_mask: { paths: ['url', 'retry_policy'] },
  });
  await publish('broken.two');
  await untilIn('DELIVERY_STATE_RETRY_SCHEDULED', broken, 1);
  await page.goto(`${server.http}/console/#/deliveries?types=broken.two&state=3`);
  await page.getByRole('row').filter({ hasText: 'Retry scheduled' }).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel the delivery' }).click();
  await see(page, 'Cancelled by caller');
});

test('a new webhook is sent what was published before, counted first and with a progress bar', async () => {
  for (let i = 0; i < 5; i++) await publish(i < 3 ? 'past.sold' : 'past.sent');
  const made = await hook('/past', { name: 'Newcomer', event_types: ['past.*'] });
  const page = await open(`webhooks/${made.id}`);
  await page.getByRole('button', { name: 'Replay events' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Filter').fill('nonsense(');
  await dialog.getByRole('button', { name: 'Count' }).click();
  await dialog.getByLabel('Filter').and(page.locator('[aria-invalid=true]')).waitFor();
  await dialog.getByLabel('Filter').fill('');
  await dialog.getByLabel('Event types').fill('past.sold');
  await dialog.getByRole('button', { name: 'Count' }).click();
  await dialog.getByText('3 events match').waitFor();
  await checkPage(page, 'replay');
  await dialog.getByRole('button', { name: 'Send 3' }).click();
  await dialog.getByText('3 of 3 set going').waitFor();
  await dialog.getByText('Done').waitFor();
  await checkPage(page, 'replay, done');
  await takePicture(page, 'replay');
  await page.keyboard.press('Escape');
  await page.getByRole('cell', { name: 'past.sold' }).first().waitFor();
  await untilIn('DELIVERY_STATE_SUCCEEDED', made, 3);

  const { redrive_id: slow } = await client.deliveries.ReplayEvents({ webhook_id: made.id, only_missing: false, max_per_second: 0.1 });
  await page.goto(`${server.http}/console/#/redrives`);
  const card = page.locator('.card', { hasText: slow });
  await card.getByText('Replay · Newcomer').waitFor();
  await card.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Cancel the redrive' }).click();
  await card.getByText('Cancelled').waitFor();
});

test('tenants, event types and keys are made, shown and ended', async () => {
  const page = await open('tenants');
  await page.getByRole('button', { name: 'Create tenant' }).click();
  await page.getByLabel('Id', { exact: true }).fill('Not an id');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByLabel('Id', { exact: true }).and(page.locator('[aria-invalid=true]')).waitFor();
  await page.getByLabel('Id', { exact: true }).fill('acme');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('button', { name: 'See alone: acme' }).click();
  await page.goto(`${server.http}/console/#/event-types`);
  await page.getByRole('button', { name: 'Add event type' }).click();
  await page.getByLabel('Name').fill('acme.sold');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('cell', { name: 'acme.sold', exact: true }).waitFor();

  await page.goto(`${server.http}/console/#/keys`);
  await page.getByRole('button', { name: 'Create key' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  await see(page, 'must have at least one scope');
  await page.getByLabel('Name').fill('reader');
  await page.getByLabel('deliveries.read').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
  const secret = await page.getByRole('dialog').getByText(/^cpk_/).innerText();
  await page.getByRole('button', { name: 'Done' }).click();

  const reader = await browser.open(`${server.http}/console/`);
  await reader.getByLabel('API key').fill(secret);
  await reader.keyboard.press('Enter');
  await reader.getByRole('navigation').waitFor();
  assert.deepEqual(await reader.getByRole('navigation').getByRole('link').allInnerTexts(), ['Live', 'Deliveries', 'Redrives']);
  await page.getByRole('button', { name: 'Revoke reader' }).click();
  await page.getByRole('button', { name: 'Revoke the key' }).click();
  await see(page, 'revoked');
  browser.expected = '401';
  await reader.goto(`${server.http}/console/#/deliveries`);
  await see(reader, 'no longer valid');
  browser.expected = undefined;
  await page.goto(`${server.http}/console/#/server`);
  await page.getByRole('button', { name: 'Check the store' }).click();
  await see(page, 'The store is sound');
});

// Each width and each scheme once: what a scheme changes are colours, and what a width changes are places.
for (const [width, colorScheme] of [[1280, 'light'], [380, 'dark']]) {
  test(`no page has a fault that axe finds, at ${width} px, ${colorScheme}`, async () => {
    const shop = await hook('/shop', { name: 'Shop' });
    await publish('order.paid');
    const page = await open('', { colorScheme, width });
    const paths = ['live', 'deliveries', 'webhooks', `webhooks/${shop.id}`, `webhooks/${shop.id}/edit`, 'webhooks/new', 'redrives', 'event-types', 'tenants', 'keys', 'audit', 'server', 'nowhere'];
    for (const path of paths) {
      await page.goto(`${server.http}/console/#/${path}`);
      await page.locator('h1').waitFor();
      await page.locator('.busy').first().waitFor({ state: 'detached' });
      await checkPage(page, path);
      if (path === 'live') {
        await untilLive(page);
        for (let i = 0; i < 8; i++) await publish(i % 3 ? 'order.paid' : 'order.shipped', { instance: i % 2 ? '' : 'shop-1' });
        await page.locator('tbody tr').nth(5).waitFor();
        await checkPage(page, 'live, with rows');
        await takePicture(page, `live-${width}-${colorScheme}`);
      }
    }
    await client.webhooks.DeleteWebhook({ webhook_id: shop.id });
  });
}

test('a narrow page whose list cannot be read says so, though its filter is folded', async () => {
  const page = await open('webhooks', { width: 380 });
  await page.route('**/ListDeliveries', (route) => route.abort());
  browser.expected = 'ERR_FAILED';
  await page.goto(`${server.http}/console/#/deliveries`);
  await page.getByRole('alert').filter({ visible: true }).waitFor();
  browser.expected = undefined;
  await page.context().close();
});

test('a portal for some webhooks shows these alone, offers nothing that is of the whole tenant, and works in a frame of a configured origin alone', async () => {
  await client.admin.CreateTenant({ tenant: { id: 'south' } });
  const hers = await hook('/hers', { tenant_id: 'south', name: 'Hers' });
  const second = await hook('/second', { tenant_id: 'south', name: 'Her second' });
  await hook('/his', { tenant_id: 'south', name: 'His', event_types: ['his.*'] });
  await publish('order.south', { tenant_id: 'south' });
  await publish('his.event', { tenant_id: 'south' });
  const { url } = await client.admin.CreatePortalSession({ tenant_id: 'south', webhook_ids: [hers.id, second.id] });

  const frame = (html) => new Promise((resolve) => {
    const holder = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
    holder.listen(0, '127.0.0.1', () => resolve(holder));
  });
  const held = `<!doctype html><title>shop</title><iframe title="webhooks" width="1200" height="700" src="${url}"></iframe>`;
  const stranger = await frame(held);
  browser.expected = 'frame-ancestors';
  const refused = await browser.open(`http://127.0.0.1:${stranger.address().port}/`);
  await refused.waitForFunction(() => document.querySelector('iframe').contentDocument === null);
  assert.equal(await refused.frameLocator('iframe').getByRole('navigation').count(), 0);
  browser.expected = undefined;
  stranger.close();

  const shop = await frame(held);
  // Pages of the tests before ask on while the server is away.
  browser.expected = 'ERR_CONNECTION_REFUSED';
  await server.stop();
  server = await Server.start(folder, certificate.path, {
    ports: server.ports, settings: { ControlPlane__Console__FrameAncestors: `http://127.0.0.1:${shop.address().port}` },
  });
  const page = await browser.open(`http://127.0.0.1:${shop.address().port}/`);
  const portal = page.frameLocator('iframe');
  await portal.getByRole('link', { name: 'Webhooks' }).click();
  await portal.getByRole('link', { name: 'Her second' }).waitFor();
  browser.expected = undefined;
  await portal.getByRole('link', { name: 'Hers' }).waitFor();
  assert.equal(await portal.getByRole('link', { name: 'Create webhook' }).count(), 0);
  await portal.getByRole('link', { name: 'Event types' }).click();
  await portal.getByRole('table').waitFor();
  assert.equal(await portal.getByRole('button', { name: 'Add event type' }).count(), 0);
  await portal.getByRole('link', { name: 'Deliveries' }).click();
  await portal.getByRole('cell', { name: 'order.south' }).first().waitFor();
  assert.equal(await portal.getByRole('cell', { name: 'order.south' }).count(), 2);
  assert.equal(await portal.getByText(/his\.event|His/).count(), 0);
  shop.close();
});

test('the portal shows one tenant alone, lets who may only look change nothing, and has no way out of it', async () => {
  await client.admin.CreateTenant({ tenant: { id: 'north' } });
  const hers = await hook('/north', { tenant_id: 'north', name: 'Hook of the north' });
  const other = await hook('/other', { name: 'Hook of another' });
  await publish('order.north', { tenant_id: 'north' });
  await publish('order.other');

  const page = await open('tenants');
  await page.getByRole('button', { name: 'Portal of north' }).click();
  await page.getByRole('button', { name: 'Make an address' }).click();
  const url = await page.getByRole('dialog').getByText(/#token=/).innerText();

  const portal = await browser.open(url);
  await portal.getByRole('navigation').waitFor();
  assert.deepEqual(
    await portal.getByRole('navigation').getByRole('link').allInnerTexts(), ['Live', 'Deliveries', 'Webhooks', 'Redrives', 'Event types']);
  assert.doesNotMatch(portal.url(), /token/);
  await portal.goto(`${server.http}/portal/#/webhooks`);
  await portal.getByRole('link', { name: 'Hook of the north' }).waitFor();
  await checkPage(portal, 'portal');
  await takePicture(portal, 'portal');
  await portal.goto(`${server.http}/portal/#/deliveries`);
  await portal.getByRole('cell', { name: 'order.north' }).waitFor();
  assert.doesNotMatch(await portal.locator('body').innerText(), /order\.other|Hook of another/);
  browser.expected = '404';
  for (const path of [`webhooks/${other.id}`, `webhooks/${other.id}/edit`]) {
    await portal.goto(`${server.http}/portal/#/${path}`);
    await portal.getByRole('alert').getByText(/NOT_FOUND/).waitFor();
  }
  await portal.goto(`${server.http}/portal/#/tenants`);
  await see(portal, 'There is no such page');
  browser.expected = undefined;
  await portal.goto(`${server.http}/portal/#/webhooks/${hers.id}`);
  await portal.getByRole('button', { name: 'Disable' }).click();
  await see(portal, 'Disabled');

  const reader = await client.admin.CreatePortalSession({ tenant_id: 'north', read_only: true });
  const looking = await browser.open(reader.url);
  await looking.goto(`${server.http}/portal/#/webhooks/${hers.id}`);
  await looking.getByRole('heading', { name: 'Hook of the north' }).waitFor();
  assert.deepEqual([...new Set(await looking.getByRole('main').getByRole('button').allInnerTexts())], ['Refresh']);
  browser.expected = '401';
  await client.admin.RevokeApiKey({ api_key_id: reader.api_key.id });
  await looking.goto(`${server.http}/portal/#/deliveries`);
  await see(looking, 'This session has ended');
  browser.expected = undefined;
});
