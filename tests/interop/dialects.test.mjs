import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Webhook as SvixWebhook } from 'svix';
import { makeCertificate } from './support/certificates.mjs';
import { connect } from './support/client.mjs';
import { verifyInPython } from './support/python.mjs';
import { Receiver } from './support/receiver.mjs';
import { removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const names = [
  'standard-webhooks', 'svix', 'wazapin', 'wachat', 'wahooks', 'wawp', 'wawp-secret', 'gowa', 'waha', 'github', 'stripe', 'slack',
];
/** Where several secrets sign at once. */
const joined = ['standard-webhooks', 'svix', 'wazapin', 'stripe'];
const inPython = ['wachat', 'gowa', 'wawp', 'wazapin', 'wahooks'];
const { verify: verifyEd25519 } = await import('./verifiers/ed25519.mjs');
const verifiers = Object.fromEntries(await Promise.all(
  names.map(async (name) => [name, (await import(`./verifiers/${name}.mjs`)).verify])));

/** A body that any parser in between would change, and an instance that must not break out of anything. */
const payload = Buffer.from(' {"text":"é 👩‍👧", "n":1.0e+2,"big":12345678901234567890, "a":"\\/\\u0061" }\n');
const instance = 'shop "7"},{"é';
const other = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
let folder, receiver, server, client;

before(async () => {
  folder = temporaryFolder();
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, ({ path, headers }) => (
    path === '/echo' ? { status: 200, body: JSON.stringify(headers) } : 204));
  server = await Server.start(folder, certificate.path);
  client = connect(server.address);
});

after(async () => {
  client?.close();
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

const create = (path, settings) => client.webhooks.CreateWebhook({ webhook: { url: receiver.url + path, ...settings } });

async function publish(type, count, event = { payload, instance }) {
  const known = receiver.requests.length;
  const { event: made } = await client.events.PublishEvent({ event: { type, ...event } });
  await receiver.until((all) => all.length >= known + count, `${count} requests`);
  return { id: made.id, requests: Object.fromEntries(receiver.requests.slice(known).map((r) => [r.path, r])) };
}

/** The body that each dialect must make of the payload, to the byte; `time` is what the receiver read out of it. */
function expectedBody(dialect, id, time) {
  const around = {
    wahooks: [`{"event":"all.twelve","session":${JSON.stringify(instance)},"payload":`, '}'],
    gowa: [`{"event":"all.twelve","timestamp":${time / 1000},"data":`, '}'],
    waha: [`{"id":"${id}","timestamp":${+time},"event":"all.twelve","session":${JSON.stringify(instance)},"payload":`, '}'],
  }[dialect] ?? ['', ''];
  return Buffer.concat([Buffer.from(around[0]), payload, Buffer.from(around[1])]);
}

test('one event reaches a receiver of every dialect and verifies there, before and after a rotation', async () => {
  const made = {};
  for (const dialect of names) made[dialect] = await create(`/${dialect}`, { event_types: ['all.twelve'], dialect });
  const { id, requests } = await publish('all.twelve', names.length);
  for (const dialect of names) {
    const { headers, body } = requests[`/${dialect}`];
    const event = verifiers[dialect](made[dialect].secret, headers, body);
    assert.deepEqual(event.payload, JSON.parse(payload), dialect);
    assert.deepEqual(body, expectedBody(dialect, id, event.time), dialect);
    if (event.time) assert.ok(Math.abs(Date.now() - event.time) < 60_000, dialect);
    for (const [key, value] of Object.entries({ id, type: 'all.twelve', instance })) {
      if (key in event) assert.equal(event[key], value, dialect);
    }
    assert.throws(() => verifiers[dialect](other, headers, body), dialect);
    if (dialect !== 'wawp-secret') {
      assert.throws(() => verifiers[dialect](made[dialect].secret, headers, Buffer.concat([body, Buffer.from(' ')])), dialect);
    }
    assert.equal(headers['content-type'], 'application/json');
    assert.match(headers['user-agent'], /^controlplane\/\d+\.\d+\.\d+$/);
  }
  new SvixWebhook(made.wazapin.secret).verify(requests['/wazapin'].body.toString(), requests['/wazapin'].headers);
  assert.equal(requests['/wachat'].headers['x-wachat-webhook-id'], made.wachat.webhook.id);
  assert.equal(requests['/gowa'].headers['x-webhook-event'], 'all.twelve');
  assert.equal(requests['/gowa'].headers['x-hub-signature-256'], requests['/gowa'].headers['x-webhook-signature']);
  assert.equal(requests['/wahooks'].headers['x-wahooks-event'], 'all.twelve');
  assert.match(requests['/waha'].headers['x-webhook-timestamp'], /^\d{13}$/);
  assert.match(requests['/waha'].headers['x-webhook-request-id'], /^dlv_/);

  const rotated = {};
  for (const dialect of names) rotated[dialect] = await client.webhooks.RotateSecret({ webhook_id: made[dialect].webhook.id });
  const { requests: later } = await publish('all.twelve', names.length);
  for (const dialect of names) {
    const { headers, body } = later[`/${dialect}`];
    verifiers[dialect](rotated[dialect].secret, headers, body);
    const withOld = () => verifiers[dialect](made[dialect].secret, headers, body);
    if (joined.includes(dialect)) withOld();
    else assert.throws(withOld, dialect);
  }
});

test('a key pair signs what its public key alone verifies, and receivers move to it by a rotation', async () => {
  const public_key = (webhook) => webhook.secrets[0].public_key;
  const verifyAll = (webhook, { headers, body }) => {
    for (const verify of [verifyEd25519, (...request) => verifyInPython('ed25519', ...request)]) {
      assert.deepEqual(verify(public_key(webhook), headers, body).payload, JSON.parse(payload));
      assert.throws(() => verify(public_key(webhook), headers, Buffer.from('{}')), /no signature matches/);
      assert.throws(() => verify(`whpk_${Buffer.alloc(32, 7).toString('base64')}`, headers, body), /no signature matches/);
    }
  };
  const { webhook, secret } = await create('/pair', { event_types: ['key.pair'], signature_algorithm: 'SIGNATURE_ALGORITHM_ED25519' });
  assert.match(public_key(webhook), /^whpk_[A-Za-z0-9+/]{43}=$/);
  // A private key is the seed and, behind it, the public key, as other implementations write it.
  assert.equal(Buffer.from(secret.slice('whsk_'.length), 'base64').subarray(32).toString('base64'), public_key(webhook).slice('whpk_'.length));
  const { requests } = await publish('key.pair', 1);
  assert.match(requests['/pair'].headers['webhook-signature'], /^v1a,[A-Za-z0-9+/]{86}==$/);
  verifyAll(webhook, requests['/pair']);

  const shared = await client.webhooks.RotateSecret({ webhook_id: webhook.id, signature_algorithm: 'SIGNATURE_ALGORITHM_DIALECT' });
  const again = await client.webhooks.RotateSecret({ webhook_id: webhook.id, signature_algorithm: 'SIGNATURE_ALGORITHM_ED25519' });
  const { requests: { '/pair': request } } = await publish('key.pair', 1);
  assert.match(request.headers['webhook-signature'], /^v1a,\S{88} v1,\S{44} v1a,\S{88}$/);
  verifyAll(again.webhook, request);
  verifyAll(webhook, request);
  assert.deepEqual(verifiers['standard-webhooks'](shared.secret, request.headers, request.body).payload, JSON.parse(payload));
});

test('the Python receivers of the docs take what is genuine and nothing else', async () => {
  const made = {};
  for (const dialect of inPython) made[dialect] = await create(`/python/${dialect}`, { event_types: ['in.python'], dialect });
  const { requests } = await publish('in.python', inPython.length);
  for (const dialect of inPython) {
    const { headers, body } = requests[`/python/${dialect}`];
    const event = verifyInPython(dialect, made[dialect].secret, headers, body);
    assert.deepEqual(event.payload, JSON.parse(payload), dialect);
    if ('type' in event) assert.equal(event.type, 'in.python');
    assert.throws(() => verifyInPython(dialect, other, headers, body), /does not match|no signature matches/);
    assert.throws(() => verifyInPython(dialect, made[dialect].secret, headers, Buffer.from('{}')), /does not match|no signature matches/);
  }
});

test('a custom dialect signs as its parameters say', async () => {
  const { webhook, secret } = await create('/custom', {
    event_types: ['custom.made'],
    custom_dialect: {
      name: 'acme',
      key_format: 'KEY_FORMAT_UTF8',
      algorithm: 'ALGORITHM_HMAC_SHA512',
      signed_content: '{event}|{ts}|{body}',
      encoding: 'ENCODING_HEX',
      signature_join: 'SIGNATURE_JOIN_REPEATED_ITEM',
      timestamp_unit: 'TIMESTAMP_UNIT_MILLISECONDS',
      envelope: '{"kind":"{event}","from":"{instance}","data":{payload}}',
      headers: [{ name: 'X-Acme-Event', value: '{event}' }, { name: 'X-Acme-Signature', value: 't={ts},v1={sig}' }],
    },
  });
  assert.equal(webhook.dialect, '');
  const rotated = await client.webhooks.RotateSecret({ webhook_id: webhook.id });
  const { headers, body } = (await publish('custom.made', 1)).requests['/custom'];
  const [, time, ...signatures] = /^t=(\d{13}),v1=([0-9a-f]+),v1=([0-9a-f]+)$/.exec(headers['x-acme-signature']);
  assert.deepEqual(signatures, [rotated.secret, secret].map((key) => (
    createHmac('sha512', key).update(`${headers['x-acme-event']}|${time}|`).update(body).digest('hex'))));
  assert.deepEqual(JSON.parse(body), { kind: 'custom.made', from: instance, data: JSON.parse(payload) });
  assert.ok(body.includes(payload));
});

test('the custom dialect that the docs show is accepted', async () => {
  const [, example] = /```json\n(.*?)```/s.exec(readFileSync(join(root, 'docs/dialects.md'), 'utf8'));
  const { webhook } = await client.webhooks.CreateWebhook({
    webhook: { url: 'https://example.com/hook', event_types: ['*'], custom_dialect: JSON.parse(example) }, validate_only: true,
  });
  assert.equal(webhook.custom_dialect.name, 'wachat-ms');
});

test('a receiver that moves can verify by either dialect', async () => {
  const { secret } = await create('/moving', {
    event_types: ['on.the.move'], dialect: 'wahooks', additional_dialect: 'standard-webhooks',
  });
  const { id, requests } = await publish('on.the.move', 1);
  const { headers, body } = requests['/moving'];
  assert.deepEqual(verifiers.wahooks(secret, headers, body).payload, JSON.parse(payload));
  assert.deepEqual(verifiers['standard-webhooks'](secret, headers, body).payload.payload, JSON.parse(payload));
  assert.equal(headers['webhook-id'], id);
});

test('what is no JSON ends where an envelope would need it, and arrives everywhere else', async () => {
  const wrapped = await create('/wrapped', { event_types: ['plain.text'], dialect: 'wahooks' });
  const plain = await create('/plain', { event_types: ['plain.text'], dialect: 'stripe' });
  const text = Buffer.from('"}, not {JSON');
  const { id, requests } = await publish('plain.text', 1, { payload: text, content_type: 'text/plain' });
  assert.deepEqual(requests['/plain'].body, text);
  assert.equal(requests['/plain'].headers['content-type'], 'text/plain');
  const list = async (webhook_id) => (await client.deliveries.ListDeliveries({ webhook_id, event_id: id })).deliveries[0];
  let dead;
  for (let i = 0; i < 100 && dead?.state !== 'DELIVERY_STATE_DEAD'; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    dead = await list(wrapped.webhook.id);
  }
  assert.equal(dead.end_reason, 'END_REASON_UNSENDABLE');
  const { delivery } = await client.deliveries.GetDelivery({ delivery_id: dead.id });
  assert.equal(delivery.attempts.length, 1);
  assert.equal(delivery.attempts[0].failure, 'FAILURE_KIND_UNSENDABLE');
  assert.match(delivery.attempts[0].failure_message, /"text\/plain" is not a JSON content type/);
  assert.ok(!receiver.requests.some((r) => r.path === '/wrapped'));
  assert.equal((await list(plain.webhook.id)).event_id, id);
});

test('a secret that is sent in a header is kept nowhere, even if the receiver echoes it', async () => {
  const { webhook, secret } = await create('/echo', { event_types: ['echo.me'], dialect: 'wawp-secret' });
  const { delivery } = await client.webhooks.TestWebhook({ webhook_id: webhook.id });
  assert.equal(delivery.state, 'DELIVERY_STATE_SUCCEEDED');
  assert.equal(receiver.requests.at(-1).headers['x-wawp-signature'], secret);
  assert.ok(!JSON.stringify(delivery).includes(secret));
  assert.equal(delivery.attempts[0].response_excerpt, '');
  for (const file of readdirSync(folder).filter((name) => name.startsWith('controlplane.db'))) {
    assert.ok(!readFileSync(join(folder, file)).includes(secret), file);
  }
  assert.ok(!server.output.includes(secret));
});

test('own secrets are taken exactly where the receivers\' libraries take them', async () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => i + 1)).toString('base64');
  for (const dialect of ['standard-webhooks', 'svix', 'wazapin']) {
    for (const [form, secret] of Object.entries({ prefixed: `whsec_${key}`, bare: key, unpadded: key.replace('=', '') })) {
      const type = `own.${dialect.replace('-', '')}.${form}`;
      const { webhook } = await client.webhooks.CreateWebhook({
        webhook: { url: `${receiver.url}/own-${dialect}-${form}`, event_types: [type], dialect }, secret });
      const { requests } = await publish(type, 1);
      const { headers, body } = requests[`/own-${dialect}-${form}`];
      assert.deepEqual(verifiers[dialect](secret, headers, body).payload, JSON.parse(payload), type);
      await client.webhooks.DeleteWebhook({ webhook_id: webhook.id });
    }
    for (const secret of ['my-own-secret-1', `v1,whsec_${key}`, 'a secret with spaces', `wsec_${key}`, `whsec_${key.slice(0, 8)}`]) {
      await assert.rejects(
        client.webhooks.CreateWebhook({ webhook: { url: `${receiver.url}/own`, event_types: ['own.refused'], dialect }, secret }),
        (error) => error.code === 3 && !error.message.includes(secret), `${dialect} ${secret}`);
    }
  }
});
