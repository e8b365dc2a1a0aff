import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApiException, messageInRaw, Ordering, Svix, Webhook } from 'svix';
import { makeCertificate } from './support/certificates.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

let folder, server, receiver, svix, app;
const failing = new Set();
let made = 0;

before(async () => {
  folder = temporaryFolder();
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, ({ path }) => (failing.has(path) ? { status: 500, body: 'no' } : { status: 200, body: 'thanks' }));
  server = await Server.start(folder, certificate.path);
  svix = new Svix(key, { serverUrl: `${server.http}/svix` });
  app = await svix.application.create({ name: 'Shop', uid: 'shop-1', metadata: { plan: 'gold' } });
});

after(async () => {
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

/** An endpoint of its own path at the receiver. */
const hook = (settings = {}, appId = app.id) => {
  const path = `/${made += 1}`;
  return svix.endpoint.create(appId, { url: receiver.url + path, description: path, ...settings });
};

const received = async (endpoint, count = 1) => {
  const mine = () => receiver.requests.filter(({ path }) => path === endpoint.description);
  await receiver.until(() => mine().length >= count, `${count} requests at ${endpoint.description}`);
  return mine();
};

/** What a look shows once it shows anything. */
async function until(look, what) {
  for (const deadline = Date.now() + 30_000; ;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const refused = async (promise, code) => {
  const error = await promise.then(() => assert.fail('it was taken'), (thrown) => thrown);
  assert.ok(error instanceof ApiException, String(error));
  assert.equal(error.code, code, JSON.stringify(error.body));
  return error.body;
};

/** All pages of a list. */
async function pages(list) {
  const all = [];
  for (let iterator; ;) {
    const page = await list(iterator);
    all.push(...page.data);
    if (page.done) return all;
    iterator = page.iterator;
  }
}

test('applications are made, found by id and uid, changed and deleted', async () => {
  assert.equal((await svix.application.get('shop-1')).id, app.id);
  assert.deepEqual((await svix.application.get(app.id)).metadata, { plan: 'gold' });
  assert.equal((await svix.application.getOrCreate({ name: 'Other', uid: 'shop-1' })).id, app.id);
  const other = await svix.application.upsert('shop-2', { name: 'Second', uid: 'shop-2' });
  assert.notEqual(other.id, app.id);
  assert.equal((await svix.application.upsert('shop-2', { name: 'Renamed', uid: 'shop-2', metadata: { a: 'b' } })).id, other.id);
  const patched = await svix.application.patch('shop-2', { uid: 'shop.3' });
  assert.deepEqual([patched.name, patched.uid, patched.metadata], ['Renamed', 'shop.3', { a: 'b' }]);
  await refused(svix.application.get('shop-2'), 404);
  await svix.application.delete('shop.3');
  assert.equal((await refused(svix.application.get(other.id), 404)).code, 'not_found');
  assert.equal((await svix.application.create({ name: 'Again', uid: 'shop.3' })).uid, 'shop.3');
});

test('an idempotency key makes one application, endpoint and message', async () => {
  const options = { idempotencyKey: 'once' };
  const first = await svix.application.create({ name: 'Once', uid: 'once' }, options);
  assert.equal((await svix.application.create({ name: 'Once', uid: 'once' }, options)).id, first.id);
  const nameless = await svix.application.create({ name: 'Once' }, { idempotencyKey: 'once more' });
  assert.equal((await svix.application.create({ name: 'Once' }, { idempotencyKey: 'once more' })).id, nameless.id);
  const endpoint = await svix.endpoint.create(first.id, { url: receiver.url }, options);
  assert.equal((await svix.endpoint.create(first.id, { url: receiver.url }, options)).id, endpoint.id);
  await refused(svix.endpoint.create(first.id, { url: `${receiver.url}/other` }, options), 409);
  const message = await svix.message.create(first.id, { eventType: 'a.b', payload: { n: 1 } }, options);
  assert.equal((await svix.message.create(first.id, { eventType: 'a.b', payload: { n: 1 } }, options)).id, message.id);
  await refused(svix.message.create(first.id, { eventType: 'a.b', payload: { n: 2 } }, options), 409);
});

test('endpoints are made, found by id and uid, changed and deleted', async () => {
  const endpoint = await hook({ uid: 'ep.1', eventTypes: ['order.paid'], metadata: { team: 'x' }, throttleRate: 100, disabled: true });
  assert.equal((await svix.endpoint.get(app.id, 'ep.1')).id, endpoint.id);
  assert.deepEqual(
    [endpoint.eventTypes, endpoint.metadata, endpoint.throttleRate, endpoint.disabled, endpoint.channels],
    [['order.paid'], { team: 'x' }, 100, true, null]);
  const patched = await svix.endpoint.patch(app.id, 'ep.1', { disabled: false, eventTypes: null, throttleRate: null });
  assert.deepEqual(
    [patched.disabled, patched.eventTypes, patched.throttleRate, patched.metadata, patched.url], [false, null, null, { team: 'x' }, endpoint.url]);
  const put = await svix.endpoint.upsert(app.id, 'ep.1', { url: endpoint.url, uid: 'ep.2' });
  assert.deepEqual([put.id, put.uid, put.metadata, put.description], [endpoint.id, 'ep.2', {}, '']);
  assert.equal((await svix.endpoint.upsert(app.id, 'ep.3', { url: endpoint.url })).uid, 'ep.3');
  for (const uid of ['ep.2', 'ep.3']) await svix.endpoint.delete('shop-1', uid);
  await refused(svix.endpoint.get(app.id, endpoint.id), 404);
});

test('headers go along, and credentials among them are not shown', async () => {
  const endpoint = await hook({ headers: { 'X-One': '1' } });
  await svix.endpoint.patchHeaders(app.id, endpoint.id, { headers: { 'X-Two': '2', Authorization: 'Bearer secret' } });
  assert.deepEqual(await svix.endpoint.getHeaders(app.id, endpoint.id), { headers: { 'X-One': '1', 'X-Two': '2' }, sensitive: ['Authorization'] });
  await svix.endpoint.patchHeaders(app.id, endpoint.id, { headers: { 'X-One': null, 'x-two': '3' } });
  await svix.message.create(app.id, { eventType: 'headers.sent', payload: {} });
  const [{ headers }] = await received(endpoint);
  assert.deepEqual([headers['x-one'], headers['x-two'], headers.authorization], [undefined, '3', 'Bearer secret']);
  await svix.endpoint.setHeaders(app.id, endpoint.id, { headers: { 'X-Three': '3' } });
  assert.deepEqual(await svix.endpoint.getHeaders(app.id, endpoint.id), { headers: { 'X-Three': '3' }, sensitive: [] });
  await svix.endpoint.delete(app.id, endpoint.id);
});

test('deliveries verify with the secret that the server made, with one of our own, and through a rotation', async () => {
  const own = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const endpoints = [await hook(), await hook({ secret: own })];
  const secrets = await Promise.all(endpoints.map(async ({ id }) => (await svix.endpoint.getSecret(app.id, id)).key));
  assert.equal(secrets[1], own);
  const message = await svix.message.create(app.id, { eventType: 'secret.used', payload: { b: 1, a: [1.0, 'é', '\u2028'] } });
  for (const [i, endpoint] of endpoints.entries()) {
    const [{ headers, body }] = await received(endpoint);
    new Webhook(secrets[i]).verify(body.toString(), headers);
    assert.equal(headers['svix-id'], message.id);
    assert.equal(body.toString(), '{"b":1,"a":[1,"é","\u2028"]}');
  }

  await svix.endpoint.rotateSecret(app.id, endpoints[0].id, {});
  const rotated = (await svix.endpoint.getSecret(app.id, endpoints[0].id)).key;
  await svix.endpoint.rotateSecret(app.id, endpoints[1].id, { key: rotated, gracePeriodSeconds: 0 });
  await svix.message.create(app.id, { eventType: 'secret.rotated', payload: {} });
  const [, both] = await received(endpoints[0], 2);
  for (const secret of [secrets[0], rotated]) new Webhook(secret).verify(both.body.toString(), both.headers);
  const [, one] = await received(endpoints[1], 2);
  new Webhook(rotated).verify(one.body.toString(), one.headers);
  assert.throws(() => new Webhook(own).verify(one.body.toString(), one.headers));
  for (const { id } of endpoints) await svix.endpoint.delete(app.id, id);
});

test('messages have ids of their own or of the caller, contents, and any text as it is', async () => {
  const endpoint = await hook();
  const message = await svix.message.create(app.id, { eventType: 'order.paid', eventId: 'order-7', payload: { n: 1 } }, { withContent: true });
  assert.deepEqual([message.id, message.eventId, message.payload], ['order-7', 'order-7', { n: 1 }]);
  assert.deepEqual((await svix.message.get(app.id, 'order-7', { withContent: true })).payload, { n: 1 });
  assert.deepEqual((await svix.message.get(app.id, 'order-7')).payload, {});
  await svix.message.create(app.id, { eventType: 'order.paid', eventId: 'order-7', payload: { n: 1 } });
  await refused(svix.message.create(app.id, { eventType: 'order.paid', eventId: 'order-7', payload: { n: 2 } }), 409);
  const raw = await svix.message.create(app.id, messageInRaw('order.raw', '<a  b="1"/>', 'text/xml'));
  assert.equal(raw.eventId, null);
  const [first, second] = (await received(endpoint, 2)).sort((a, b) => a.body.length - b.body.length);
  assert.deepEqual([first.body.toString(), second.body.toString(), second.headers['content-type']], ['{"n":1}', '<a  b="1"/>', 'text/xml']);
  assert.equal((await received(endpoint)).length, 2);
  const listed = await svix.message.list(app.id, { eventTypes: ['order.raw'], withContent: true });
  assert.deepEqual(listed.data.map(({ payload }) => payload), [{ rawPayload: '<a  b="1"/>' }]);
  await svix.endpoint.delete(app.id, endpoint.id);
});

test('channels choose the endpoints', async () => {
  const endpoints = [await hook({ channels: ['red', 'blue'] }), await hook({ channels: ['green'] }), await hook()];
  assert.deepEqual(endpoints[0].channels, ['red', 'blue']);
  const message = await svix.message.create(app.id, { eventType: 'painted', payload: { in: 'blue' }, channels: ['blue', 'black'] });
  assert.deepEqual(message.channels, ['blue', 'black']);
  await svix.message.create(app.id, { eventType: 'painted', payload: { in: 'none' } });
  const bodies = async (endpoint, count) => (await received(endpoint, count)).map(({ body }) => body.toString()).sort();
  assert.deepEqual(await bodies(endpoints[2], 2), ['{"in":"blue"}', '{"in":"none"}']);
  assert.deepEqual(await bodies(endpoints[0], 1), ['{"in":"blue"}']);
  assert.deepEqual((await svix.messageAttempt.listByEndpoint(app.id, endpoints[1].id)).data, []);
  assert.deepEqual((await svix.message.list(app.id, { channel: 'black' })).data.map(({ id }) => id), [message.id]);
  const inChannel = async (channel) => (await svix.messageAttempt.listByEndpoint(app.id, endpoints[2].id, { channel })).data.length;
  await until(async () => await inChannel('blue') === 1, 'the attempt in the channel');
  assert.equal(await inChannel('red'), 0);
  await svix.endpoint.patch(app.id, endpoints[0].id, { channels: null });
  assert.equal((await svix.endpoint.get(app.id, endpoints[0].id)).channels, null);
  for (const { id } of endpoints) await svix.endpoint.delete(app.id, id);
});

test('attempts are listed by endpoint and by message, and messages are resent and recovered', async () => {
  const endpoint = await hook();
  failing.add(endpoint.description);
  await patchRetries(endpoint.id, { fixed: { delay: '3600s' } });
  const ids = [];
  for (const n of [1, 2]) ids.unshift((await svix.message.create(app.id, { eventType: 'fails.often', payload: { n } })).id);
  const failed = await until(async () => {
    const { data } = await svix.messageAttempt.listByEndpoint(app.id, endpoint.id, { withContent: true });
    return data.length === 2 && data;
  }, 'two attempts');
  assert.deepEqual(failed.map(({ msgId }) => msgId), ids);
  const [{ id, ...attempt }] = failed;
  assert.deepEqual(
    [attempt.url, attempt.response, attempt.responseStatusCode, attempt.status, attempt.statusText, attempt.triggerType, attempt.endpointId],
    [endpoint.url, 'no', 500, 2, 'fail', 0, endpoint.id]);
  assert.equal((await svix.messageAttempt.get(app.id, ids[0], id)).id, id);
  const [destination] = (await svix.messageAttempt.listAttemptedDestinations(app.id, ids[0])).data.filter((one) => one.id === endpoint.id);
  assert.deepEqual([destination.statusText, destination.url], ['sending', endpoint.url]);
  assert.ok(destination.nextAttempt > attempt.timestamp);

  failing.delete(endpoint.description);
  // While a message waits for its next attempt it is on its way, which is what a resend asks for.
  await svix.messageAttempt.resend(app.id, ids[0], endpoint.id);
  const own = new Svix(key, { serverUrl: `${server.http}/svix` });
  const waiting = await own.messageAttempt.listAttemptedMessages(app.id, endpoint.id, { status: 3 });
  assert.deepEqual(waiting.data.map((one) => one.id), ids);
  const [{ nextAttempt }] = waiting.data;
  assert.ok(nextAttempt instanceof Date);

  await Promise.all(ids.map((eventId) => cancel(eventId)));
  assert.deepEqual(await svix.endpoint.getStats(app.id, endpoint.id), { success: 0, pending: 0, sending: 0, fail: 0, canceled: 2 });
  await svix.messageAttempt.resend(app.id, ids[0], endpoint.id);
  await until(async () => (await svix.endpoint.getStats(app.id, endpoint.id)).success === 1, 'a success');
  const again = await svix.messageAttempt.listByMsg(app.id, ids[0], { endpointId: endpoint.id });
  assert.deepEqual(again.data.map(({ statusText, triggerType }) => [statusText, triggerType]), [['success', 1], ['fail', 0]]);
  assert.equal((await svix.messageAttempt.listByMsg(app.id, ids[0], { status: 0, statusCodeClass: 200 })).data.length, 1);
  assert.equal((await svix.messageAttempt.listByMsg(app.id, ids[0], { statusCodeClass: 400 })).data.length, 0);
  await svix.endpoint.delete(app.id, endpoint.id);
});

/** Ends what waits of an event, which Svix's API cannot. */
async function cancel(eventId) {
  const call = async (method, path) => (await fetch(`${server.http}${path}`, { method, headers: { authorization: `Bearer ${key}` } })).json();
  const { deliveries } = await call('GET', `/v1/deliveries?tenantId=${app.id}&eventId=${eventId}&states=DELIVERY_STATE_RETRY_SCHEDULED`);
  for (const { id } of deliveries) await call('POST', `/v1/deliveries/${id}:cancel`);
}

test('a new endpoint is sent the messages that it missed', async () => {
  const app = await svix.application.create({ name: 'missed' });
  const since = new Date(Date.now() - 60_000);
  const messages = [];
  for (const eventType of ['past.sold', 'past.sold', 'other.sold']) {
    messages.push(await svix.message.create(app.id, { eventType, payload: { total: 1 } }));
  }
  const endpoint = await svix.endpoint.create(app.id, { url: `${receiver.url}/missed`, eventTypes: ['past.sold'] });

  const task = await svix.endpoint.replayMissing(app.id, endpoint.id, { since });

  assert.deepEqual([task.status, task.task], ['running', 'endpoint.replay']);
  await until(async () => (await svix.endpoint.getStats(app.id, endpoint.id)).success === 2, 'the messages to arrive');
  const listed = await svix.messageAttempt.listAttemptedMessages(app.id, endpoint.id);
  assert.deepEqual(listed.data.map(({ id }) => id).sort(), messages.slice(0, 2).map(({ id }) => id).sort());
  await refused(svix.endpoint.replayMissing(app.id, endpoint.id, { since, until: new Date(0) }), 422);
});

test('what failed for good is recovered', async () => {
  const endpoint = await hook();
  failing.add(endpoint.description);
  const since = new Date(Date.now() - 60_000);
  await patchRetries(endpoint.id, { fixed: { delay: '1s' }, maxAttempts: 1 });
  await svix.message.create(app.id, { eventType: 'dies.young', payload: {} });
  await until(async () => (await svix.endpoint.getStats(app.id, endpoint.id)).fail === 1, 'a dead letter');
  failing.delete(endpoint.description);
  const task = await svix.endpoint.recover(app.id, endpoint.id, { since });
  assert.deepEqual([task.status, task.task], ['running', 'endpoint.recover']);
  await until(async () => (await svix.endpoint.getStats(app.id, endpoint.id)).success === 1, 'the message to be recovered');
  await svix.endpoint.delete(app.id, endpoint.id);
});

/** Sets how an endpoint is retried, which Svix's API cannot. */
async function patchRetries(id, retryPolicy) {
  const answer = await fetch(`${server.http}/v1/webhooks/${id}`, {
    method: 'PATCH', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ webhook: { retryPolicy } }),
  });
  assert.equal(answer.status, 200, await answer.text());
}

test('event types are made, changed, seen by tenants and deleted', async () => {
  const created = await svix.eventType.create({ name: 'user.signup', description: 'Somebody signed up' });
  assert.deepEqual([created.archived, created.deprecated, created.schemas], [false, false, null]);
  assert.equal((await refused(svix.eventType.create({ name: 'user.signup', description: '' }), 409)).code, 'event_type_exists');
  await svix.eventType.upsert('user.left', { description: 'Somebody left' });
  assert.equal((await svix.eventType.upsert('user.left', { description: 'Gone', deprecated: true })).deprecated, true);
  assert.equal((await svix.eventType.patch('user.left', { description: 'Left' })).deprecated, true);
  const schema = { type: 'object', required: ['user'] };
  assert.deepEqual((await svix.eventType.patch('user.left', { schemas: { 3: { type: 'string' }, 12: schema } })).schemas, { 1: schema });
  assert.deepEqual((await svix.eventType.list({ withContent: true })).data[0].schemas, { 1: schema });
  const listed = await pages((iterator) => svix.eventType.list({ limit: 1, iterator }));
  assert.deepEqual(listed.map(({ name }) => name), ['user.left', 'user.signup']);
  const { token } = await svix.authentication.appPortalAccess(app.id);
  const tenant = new Svix(token, { serverUrl: `${server.http}/svix` });
  assert.deepEqual((await tenant.eventType.list()).data.map(({ name }) => name), ['user.left', 'user.signup']);
  assert.equal((await tenant.eventType.get('user.left')).description, 'Left');
  const endpoint = await hook();
  const example = await svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'user.signup' });
  assert.equal((await received(endpoint))[0].headers['svix-id'], example.id);
  await refused(svix.endpoint.sendExample(app.id, endpoint.id, { eventType: 'user.unknown' }), 404);
  await svix.endpoint.delete(app.id, endpoint.id);
  await svix.eventType.delete('user.left', { expunge: true });
  await svix.eventType.delete('user.signup');
  await refused(svix.eventType.get('user.signup'), 404);
});

test('the content of a message is expunged for good, and what it was stays known', async () => {
  const shop = await svix.application.create({ name: 'Expunging' });
  const message = await svix.message.create(shop.id, { eventType: 'person.left', payload: { name: 'Ada' }, channels: ['vip'] });
  assert.deepEqual((await svix.message.get(shop.id, message.id, { withContent: true })).payload, { name: 'Ada' });
  await svix.message.expungeContent(shop.id, message.id);
  await svix.message.expungeContent(shop.id, message.id);
  const { payload, eventType, id } = await svix.message.get(shop.id, message.id, { withContent: true });
  assert.deepEqual([payload, eventType, id], [{ expired: true }, 'person.left', message.id]);
});

test('iterators go on, and back to what is newer', async () => {
  const shop = await svix.application.create({ name: 'Paging' });
  const endpoint = await hook({ disabled: false }, shop.id);
  for (let n = 0; n < 5; n += 1) await svix.message.create(shop.id, { eventType: 'paged', eventId: `m${n}`, payload: {} });
  const ids = ({ data }) => data.map(({ id }) => id);
  const first = await svix.message.list(shop.id, { limit: 2 });
  assert.deepEqual([ids(first), first.done], [['m4', 'm3'], false]);
  const second = await svix.message.list(shop.id, { limit: 2, iterator: first.iterator });
  assert.deepEqual(ids(second), ['m2', 'm1']);
  const back = await svix.message.list(shop.id, { limit: 2, iterator: second.prevIterator });
  assert.deepEqual([ids(back), back.done], [['m4', 'm3'], true]);
  assert.deepEqual(ids(await svix.message.list(shop.id, { limit: 2, iterator: back.iterator })), ['m2', 'm1']);
  const none = await svix.message.list(shop.id, { iterator: first.prevIterator });
  assert.deepEqual([none.data, none.done, none.iterator], [[], true, null]);
  await svix.message.create(shop.id, { eventType: 'paged', eventId: 'm5', payload: {} });
  assert.deepEqual(ids(await svix.message.list(shop.id, { iterator: first.prevIterator })), ['m5']);
  await received(endpoint, 6);
  const attempts = await until(async () => {
    const all = await pages((iterator) => svix.messageAttempt.listByEndpoint(shop.id, endpoint.id, { limit: 4, iterator }));
    return all.length === 6 && all;
  }, 'six attempts');
  assert.deepEqual(attempts.map(({ msgId }) => msgId), ['m5', 'm4', 'm3', 'm2', 'm1', 'm0']);
  const endpoints = [endpoint.id];
  for (let n = 0; n < 4; n += 1) endpoints.push((await hook({}, shop.id)).id);
  const list = (order) => pages((iterator) => svix.endpoint.list(shop.id, { limit: 2, iterator, order }));
  assert.deepEqual((await list(Ordering.Ascending)).map(({ id }) => id), endpoints);
  assert.deepEqual((await list()).map(({ id }) => id), endpoints.toReversed());
  const apps = await pages((iterator) => svix.application.list({ limit: 2, iterator, order: Ordering.Ascending }));
  assert.equal(apps.at(-1).id, shop.id);
  assert.equal((await svix.application.list({ limit: 1 })).data[0].id, shop.id);
});

test('a message and a portal can make their application', async () => {
  const application = { name: 'New', uid: 'new-1' };
  const body = await refused(svix.message.create('new-1', { eventType: 'a', payload: {}, application: { name: 'New', uid: 'x' } }), 422);
  assert.deepEqual(body.detail.map(({ loc }) => loc), [['body', 'application', 'uid']]);
  await svix.message.create('new-1', { eventType: 'a', payload: {}, application });
  assert.equal((await svix.application.get('new-1')).name, 'New');
  await svix.authentication.appPortalAccess('new-2', { application: { name: 'Newer', uid: 'new-2' } });
  assert.equal((await svix.application.get('new-2')).name, 'Newer');
});

test('the token of a portal opens its application alone, and ends with a logout', async () => {
  const { url, token } = await svix.authentication.appPortalAccess(app.id, { expiry: 3600 });
  assert.ok(url.startsWith(`${server.http}/portal/#`), url);
  assert.ok(url.includes(token));
  const tenant = new Svix(token, { serverUrl: `${server.http}/svix` });
  const endpoint = await tenant.endpoint.create('shop-1', { url: `${receiver.url}/portal` });
  const other = await svix.application.create({ name: 'Stranger', uid: 'stranger' });
  for (const id of [other.id, 'stranger', 'nobody']) assert.equal((await refused(tenant.endpoint.list(id), 404)).code, 'not_found');
  assert.equal((await refused(tenant.application.list(), 403)).code, 'insufficient access');
  await tenant.endpoint.delete(app.id, endpoint.id);
  await tenant.authentication.logout();
  assert.equal((await refused(tenant.endpoint.list(app.id), 401)).code, 'authentication_failed');
  await refused(svix.authentication.logout(), 403);
});

test('what is wrong is named in their shape, and what cannot be is not found', async () => {
  const wrong = await refused(svix.endpoint.create(app.id, { url: 'http://example.com', uid: '$', headers: { Host: 'x' } }), 422);
  assert.deepEqual(wrong.detail.map(({ loc, type }) => [loc, type]), [[['body', 'uid'], 'value_error.id_invalid']]);
  const rules = await refused(svix.endpoint.create(app.id, { url: 'http://example.com', headers: { Host: 'x' }, eventTypes: ['a b'] }), 422);
  assert.deepEqual(
    rules.detail.map(({ loc }) => loc).sort(), [['body', 'eventTypes', '[0]'], ['body', 'headers', 'Host'], ['body', 'url']]);
  await refused(svix.message.expungeContent(app.id, 'nothing'), 404);
  for (const later of [
    () => svix.statistics.aggregateEventTypes(),
    () => svix.endpoint.transformation.get(app.id, 'x'), () => svix.integration.list(app.id), () => svix.environment.export(),
  ]) {
    const { code, detail } = await refused(later(), 404);
    assert.deepEqual([code, typeof detail], ['not_found', 'string']);
  }
});

test('health needs no token', async () => {
  await new Svix('none', { serverUrl: `${server.http}/svix` }).health.get();
});

const page = readFileSync(join(root, 'docs/svix.md'), 'utf8');

test('the program in docs/svix.md does what it says', async () => {
  const [, program] = page.match(/^```js\nimport .*?;\n(.*?)^```$/ms);
  const path = '/documented';
  const run = new (async () => {}).constructor('Svix', 'Webhook', 'process', `${program.replaceAll('http://127.0.0.1:7401', server.http)}\nreturn { message, verify };`);
  const { message, verify } = await run(Svix, Webhook, { env: { TOKEN: key, RECEIVER: receiver.url + path } });
  const mine = () => receiver.requests.filter((request) => request.path === path);
  await receiver.until(() => mine().length > 0, 'the documented message');
  verify(mine()[0].body.toString(), mine()[0].headers);
  assert.equal(mine()[0].headers['svix-id'], message.id);
});

test('every operation in docs/svix.md is there, with the scopes that it names', async () => {
  const operations = [...page.matchAll(/^\| [^|]+ \| `([A-Z]+) (\S+)` \| [^|]+ \| ([^|]+) \|$/gm)];
  assert.equal(operations.length, 44);
  const ask = (method, path, token) => fetch(`${server.http}/svix${path}`, {
    method, headers: token ? { authorization: `Bearer ${token}`, 'content-type': 'application/json' } : {},
    body: ['GET', 'HEAD', 'DELETE'].includes(method) ? undefined : '{}',
  });
  for (const [, method, template, words] of operations) {
    const path = template.replace('{app_id}', app.id).replace(/\{[a-z_]+\}/g, 'nothing');
    const scopes = words.match(/[a-z]+\.[a-z]+|admin/g) ?? [];
    if (scopes.length === 0) {
      assert.equal((await ask(method, path)).status, 204, template);
      continue;
    }
    assert.equal((await ask(method, path)).status, 401, template);
    const all = ['webhooks.read', 'webhooks.write', 'events.publish', 'events.read', 'deliveries.read', 'deliveries.write', 'admin'];
    const others = await makeKey(all.filter((scope) => !scopes.includes(scope)));
    assert.equal((await ask(method, path, others)).status, 403, `${template} without ${words}`);
    const enough = await ask(method, path, words.includes('platform') ? await makeKey(all) : await makeKey(scopes));
    if (words.includes('platform')) assert.equal(enough.status, 403, `${template} with a tenant's key`);
    else assert.ok(![401, 403].includes(enough.status), `${template} with ${words}`);
  }
});

async function makeKey(scopes) {
  const answer = await fetch(`${server.http}/v1/apiKeys`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey: { tenantId: app.id, scopes, expireTime: '2100-01-01T00:00:00Z' } }),
  });
  return (await answer.json()).secret;
}
