import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { makeCertificate } from './support/certificates.mjs';
import { connect, detailsOf } from './support/client.mjs';
import { Receiver } from './support/receiver.mjs';
import { removeFolder, Server, temporaryFolder } from './support/server.mjs';

let folder, receiver, server, client;

before(async () => {
  folder = temporaryFolder();
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate);
  server = await Server.start(folder, certificate.path);
  client = connect(server.address);
});

after(async () => {
  client?.close();
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

/** Bodies that any parser in between would change. */
const odd = [
  '{"a":1}', ' { "a" :\t1 }\r\n', '{"big":123456789012345678901234567890,"e":1.0e+2}', '{"emoji":"👩‍👩‍👧‍👦 \\u00e9 é"}', '[]', '"text"', '0',
  '{"dup":1,"dup":2}', '{"\\u0061":"\\/"}', '\n\n{"x":[1 , 2,3 ]}\n',
];

test('20 events reach a standard-webhooks and a svix receiver bit for bit and verify there', async () => {
  const created = await Promise.all([['standard-webhooks', '/standard'], ['svix', '/svix']].map(([dialect, path]) =>
    client.webhooks.CreateWebhook({ webhook: { url: receiver.url + path, event_types: ['message.*'], dialect } })));
  const published = new Map();
  for (let i = 0; i < 20; i++) {
    const payload = Buffer.from(odd[i % odd.length]);
    const answer = await client.events.PublishEvent({ event: { type: 'message.new', payload } });
    assert.equal(answer.delivery_count, 2);
    published.set(answer.event.id, payload);
  }
  await receiver.until((all) => all.length >= 40, '40 requests');

  const verifiers = { '/standard': new StandardWebhook(created[0].secret), '/svix': new SvixWebhook(created[1].secret) };
  const seen = { '/standard': new Set(), '/svix': new Set() };
  for (const { path, headers, body } of receiver.requests) {
    const id = headers[path === '/svix' ? 'svix-id' : 'webhook-id'];
    // Both libraries verify the body as it came and throw if anything is off.
    verifiers[path].verify(body.toString('utf8'), headers);
    assert.deepEqual(body, published.get(id));
    assert.match(headers['user-agent'], /^controlplane\/\d+\.\d+\.\d+$/);
    assert.equal(headers['content-type'], 'application/json');
    seen[path].add(id);
  }
  assert.deepEqual([...seen['/standard']].sort(), [...published.keys()].sort());
  assert.deepEqual([...seen['/svix']].sort(), [...published.keys()].sort());
});

test('after a rotation both secrets verify', async () => {
  const made = await client.webhooks.CreateWebhook({ webhook: { url: `${receiver.url}/rotated`, event_types: ['rotation.test'] } });
  const rotated = await client.webhooks.RotateSecret({ webhook_id: made.webhook.id });
  await client.events.PublishEvent({ event: { type: 'rotation.test', payload: Buffer.from('{}') } });
  await receiver.until((all) => all.some((r) => r.path === '/rotated'), 'the rotated request');
  const { headers, body } = receiver.requests.find((r) => r.path === '/rotated');
  for (const secret of [made.secret, rotated.secret]) new StandardWebhook(secret).verify(body.toString(), headers);
  assert.throws(() => new StandardWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').verify(body.toString(), headers));
});

test('a test delivery answers its attempt', async () => {
  const made = await client.webhooks.CreateWebhook({ webhook: { url: `${receiver.url}/tested`, event_types: ['never.matches'] } });
  const { delivery } = await client.webhooks.TestWebhook({ webhook_id: made.webhook.id });
  assert.equal(delivery.state, 'DELIVERY_STATE_SUCCEEDED');
  assert.equal(delivery.attempts.length, 1);
  assert.equal(delivery.attempts[0].status_code, 204);
});

test('a bad request names all its wrong fields and stores nothing', async () => {
  const before = await client.webhooks.ListWebhooks();
  const error = await client.webhooks.CreateWebhook({
    webhook: { url: 'http://10.0.0.1/', event_types: ['a', 'a', 'b c'], headers: { 'bad name': 'x' }, timeout: { seconds: 61 } },
    secret: 'short',
  }).then(() => assert.fail('was accepted'), (e) => e);
  assert.equal(error.code, 3);
  const { violations } = detailsOf(error);
  const fields = violations.map((v) => v.field).sort();
  assert.deepEqual([...new Set(fields)], [
    'secret', 'webhook.event_types[1]', 'webhook.event_types[2]', 'webhook.headers["bad name"]', 'webhook.timeout', 'webhook.url',
  ]);
  assert.ok(violations.every((v) => /^[A-Z_]+$/.test(v.reason)), JSON.stringify(violations));
  assert.ok(violations.some((v) => v.field === 'webhook.url' && v.reason === 'URL_NOT_HTTPS'));
  assert.equal((await client.webhooks.ListWebhooks()).webhooks.length, before.webhooks.length);
});
