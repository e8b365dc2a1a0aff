import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Browser, checkPage } from './support/browser.mjs';
import { makeCertificate } from './support/certificates.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, Server, temporaryFolder } from './support/server.mjs';

let folder, server, receiver, browser, page;

before(async () => {
  folder = temporaryFolder();
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, () => 204);
  server = await Server.start(folder, certificate.path);
  browser = await Browser.start();
  page = await browser.open(`${server.http}/docs`);
});

after(async () => {
  await browser?.stop();
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

afterEach(() => {
  browser.expected = undefined;
  assert.deepEqual(browser.faults.splice(0), []);
});

/** Opens an operation by its address, fills it in and sends it; answers what the page shows. */
const send = async (operation, { body, ...fields } = {}) => {
  const details = page.locator(`details#${operation}`);
  if (!(await details.evaluate((element) => element.open))) await details.locator('summary').first().click();
  for (const [label, value] of Object.entries(fields)) await details.getByLabel(label, { exact: true }).fill(value);
  if (body) await details.getByLabel('body').fill(typeof body === 'string' ? body : JSON.stringify(body));
  await details.getByRole('button', { name: 'Send' }).click();
  const answer = details.locator('form > pre');
  return { details, text: async (expected) => { await answer.filter({ hasText: expected }).waitFor(); return answer.innerText(); } };
};
const operationOf = (path, verb) => page.evaluate(async ([at, by]) => (await (await fetch('/openapi.json')).json()).paths[at][by].operationId, [path, verb]);
const json = (text) => JSON.parse(text.slice(text.indexOf('\n')));

test('a call without a key is answered with the error, and with one it works', async () => {
  const list = await operationOf('/v1/webhooks', 'get');
  browser.expected = '401';
  assert.match(await (await send(list)).text('API_KEY'), /^401 Unauthorized/);
  await page.getByLabel('API key').fill(key);
  assert.match(await (await send(list)).text('200 OK'), /^200 OK/);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
});

test('wrong input is shown with every wrong field, and nothing is made', async () => {
  const create = await operationOf('/v1/webhooks', 'post');
  browser.expected = '400';
  const wrong = await (await send(create, { body: { webhook: { url: 'http://127.0.0.1/', eventTypes: [], maxInFlight: -1 } } })).text('URL_NOT_HTTPS');
  assert.match(wrong, /^400 Bad Request/);
  assert.deepEqual(
    [...new Set(json(wrong).details.flatMap((detail) => detail.fieldViolations ?? []).map(({ field }) => field))].sort(), ['webhook.event_types', 'webhook.max_in_flight', 'webhook.url']);
  assert.match(await (await send(create, { body: '{"webhook":' })).text(/400 Bad Request\n[\s\S]*JSON/), /^400/);
  assert.deepEqual(json(await (await send(await operationOf('/v1/webhooks', 'get'))).text('200 OK')).webhooks, []);
});

test('a webhook is made, sent an event and watched', async () => {
  const made = json(await (await send(await operationOf('/v1/webhooks', 'post'), {
    body: { webhook: { url: `${receiver.url}/docs`, eventTypes: ['order.*'] } },
  })).text('whsec_'));
  const { webhookId } = { webhookId: made.webhook.id };
  const got = await send(await operationOf('/v1/webhooks/{webhookId}', 'get'), { 'webhookId (path)': webhookId });
  assert.equal(json(await got.text(webhookId)).webhook.url, `${receiver.url}/docs`);

  const watch = await send(await operationOf('/v1/deliveries:watch', 'get'), { 'webhookId (query)': webhookId });
  await watch.text('ready');
  const { event } = json(await (await send(await operationOf('/v1/events', 'post'), { body: { event: { type: 'order.created', payload: btoa('{}') } } })).text('deliveryCount'));
  await watch.text(event.id);
  await watch.text('SUCCEEDED');
  await watch.details.getByRole('button', { name: 'Stop' }).click();
  await watch.text('AbortError');

  browser.expected = '404';
  assert.match(await (await send(await operationOf('/v1/webhooks/{webhookId}', 'get'), { 'webhookId (path)': 'wh_none' })).text('NOT_FOUND'), /^404/);
});

test('an address that needs an id is not sent without one', async () => {
  const { details } = await send(await operationOf('/v1/deliveries/{deliveryId}', 'get'), { 'deliveryId (path)': '' });
  assert.equal(await details.locator('form > pre').isVisible(), false);
});

test('what is looked for is found, and axe finds nothing', async () => {
  await page.getByLabel('Find').fill('rotateSecret');
  assert.equal(await page.locator('#operations details').count(), 1);
  await page.locator('#operations summary').first().click();
  await checkPage(page, 'docs');
  await page.setViewportSize({ width: 380, height: 800 });
  await checkPage(page, 'docs, narrow');
});
