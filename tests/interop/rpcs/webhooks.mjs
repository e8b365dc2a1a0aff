import assert from 'node:assert/strict';
import { makeCertificate } from '../support/certificates.mjs';
import { freePort, removeFolder, temporaryFolder } from '../support/server.mjs';

const folder = temporaryFolder();
const certificate = makeCertificate(folder);
removeFolder(folder);
const clientCertificate = { certificateChain: certificate.cert.toString(), privateKey: certificate.key.toString() };

const retryPolicies = [
  {
    exponential: { initial: '1s', multiplier: 3, max: '60s' }, maxAttempts: 5, jitter: 0.5, nonRetryableStatuses: [400, 401],
    maxAge: '7200s',
  },
  { fixed: { delay: '5s' } },
  { schedule: { delays: ['1s', '5s', '25s'] } },
  { preset: 'standard' },
];
const customDialect = {
  name: 'acme', keyFormat: 'KEY_FORMAT_UTF8', algorithm: 'ALGORITHM_HMAC_SHA512', signedContent: '{ts}.{body}', encoding: 'ENCODING_HEX',
  signatureJoin: 'SIGNATURE_JOIN_REPEATED_ITEM', timestampUnit: 'TIMESTAMP_UNIT_MILLISECONDS', envelope: '{"data":{payload}}',
  headers: [{ name: 'X-Acme-Signature', value: 't={ts},v1={sig}' }],
};
/** Together they have every setting. */
const full = (w) => retryPolicies.map((retryPolicy, i) => ({
  name: `full ${i}`, url: `${w.receiver.url}${w.path}/${i}`, eventTypes: ['order.*', 'a'], instances: ['shop-7'], enabled: i > 0,
  ...(i === 1 ? { customDialect } : i === 2 ? { signatureAlgorithm: 'SIGNATURE_ALGORITHM_ED25519' } : { dialect: 'wahooks', additionalDialect: 'standard-webhooks' }),
  retryPolicy, headers: { 'X-Region': 'eu' }, timeout: '5s', maxInFlight: 3, maxRatePerSecond: 2.5, labels: { team: 'a' }, matchLabels: { region: 'eu,us' }, filter: 'event.payload.amount > 1', onFilterError: 'ON_FILTER_ERROR_SKIP',
  description: 'é 👩‍👧 '.repeat(80), externalId: `own-${w.path}-${i}`, headOfLine: 'HEAD_OF_LINE_PARK', whileSuspended: 'WHILE_INACTIVE_SKIP', whileDisabled: 'WHILE_INACTIVE_HOLD', sendTraceContext: true,
  clientCertificate, oauth2: { tokenUrl: `${w.receiver.url}/token`, clientId: 'interop', clientSecret: 'the secret', scopes: ['events.write'], audience: 'receiver' },
}));
const least = (w) => ({ url: `${w.receiver.url}${w.path}`, eventTypes: ['*'] });
const makeFull = (w) => Promise.all(full(w).map((settings) => w.hook(settings)));
const eventType = {
  name: 'order.created', description: 'An order was made.', deprecated: true, schema: '{"type":"object"}', examples: ['{"order":17}'],
};

/** What is never shown. */
const hidden = ['webhook.clientCertificate.privateKey', 'webhook.oauth2.clientSecret'];
/** Only a key that has been rotated ends. */
const newSecrets = ['webhook.secrets.expireTime', ...hidden];

/** As in admin.mjs. */
export default {
  CreateWebhook: {
    emptiest: (w) => w.call({ webhook: least(w) }),
    fullest: async (w) => {
      for (const webhook of full(w)) await w.call({ webhook });
    },
    never: newSecrets,
  },
  GetWebhook: {
    emptiest: async (w) => w.call({ webhookId: (await w.hook()).id }),
    fullest: async (w) => {
      const hooks = await makeFull(w);
      await w.make('WebhookService/RotateSecret', { webhookId: hooks[0].id });
      for (const { id } of hooks) await w.call({ webhookId: id });
    },
    never: hidden,
  },
  ListWebhooks: {
    emptiest: async (w) => assert.deepEqual(await w.call(), {}),
    fullest: async (w) => {
      const hooks = await makeFull(w);
      await w.make('WebhookService/RotateSecret', { webhookId: hooks[0].id });
      assert.equal((await w.call()).webhooks.length, hooks.length);
      await w.call({ pageSize: 1 });
    },
    never: ['webhooks.clientCertificate.privateKey', 'webhooks.oauth2.clientSecret'],
  },
  UpdateWebhook: {
    emptiest: async (w) => w.call({ webhook: { id: (await w.hook()).id, name: '' }, updateMask: 'name' }),
    fullest: async (w) => {
      for (const settings of full(w)) {
        const { id } = await w.hook(settings.signatureAlgorithm ? { signatureAlgorithm: settings.signatureAlgorithm } : {});
        await w.make('WebhookService/RotateSecret', { webhookId: id });
        await w.call({ webhook: { id, ...settings } });
      }
    },
    never: hidden,
  },
  UpsertWebhook: {
    emptiest: (w) => w.call({ webhook: least(w), url: least(w).url }),
    fullest: async (w) => {
      for (const webhook of full(w)) await w.call({ webhook, externalId: webhook.externalId });
    },
    never: newSecrets,
  },
  DeleteWebhook: {
    emptiest: async (w) => assert.deepEqual(await w.call({ webhookId: (await w.hook()).id }), {}),
  },
  RotateSecret: {
    emptiest: async (w) => w.call({ webhookId: (await w.hook()).id, gracePeriod: '0s' }),
    fullest: async (w) => {
      for (const { id } of await makeFull(w)) await w.call({ webhookId: id });
    },
    never: hidden,
  },
  TestWebhook: {
    emptiest: async (w) => assert.equal((await w.call({ webhookId: (await w.hook()).id })).delivery.state, 'DELIVERY_STATE_SUCCEEDED'),
    fullest: async (w) => {
      const { id } = await w.hook({}, `${w.path}/fails`);
      const { delivery } = await w.call({ webhookId: id, eventType: 'order.created', payload: 'e30=' });
      assert.equal(delivery.endReason, 'END_REASON_TEST_FAILED');
      await w.call({ webhookId: (await w.hook({}, '/none')).id });
    },
    never: ['delivery.instance', 'delivery.nextAttemptTime', 'delivery.orderingKey'],
  },
  ProbeWebhook: {
    emptiest: (w) => w.call({ url: 'https://host.invalid/' }),
    fullest: async (w) => {
      await w.call({ webhookId: (await w.hook()).id });
      assert.equal((await w.call({ url: `https://localhost:${await freePort()}/` })).failure, 'FAILURE_KIND_CONNECT');
      assert.equal((await w.call({ url: w.stranger.url })).failure, 'FAILURE_KIND_TLS');
    },
    // Names that resolve to a refused address, and receivers that refuse HTTP/2 or ask for a client certificate, are not at hand.
    never: ['addresses.reason', 'httpFallback', 'clientCertificateSubject'],
  },
  PreviewRequest: {
    emptiest: (w) => w.call({ inline: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, event: { type: 'a', payload: 'MA==' } }),
    fullest: async (w) => {
      const [{ id }] = await makeFull(w);
      const secret = await w.hook({ dialect: 'wawp-secret' });
      for (const webhookId of [id, secret.id]) await w.call({ webhookId, event: { type: 'order.created', payload: 'eyJhbW91bnQiOjJ9' } });
    },
  },
  ListEventTypes: {
    // The built-in types are always there.
    emptiest: async (w) => assert.equal((await w.call({ pageSize: 1 })).eventTypes.length, 1),
    fullest: async (w) => {
      await w.make('WebhookService/CreateEventType', { eventType });
      await w.call({ pageSize: 1000 });
      await w.call({ pageSize: 1 });
    },
  },
  CreateEventType: {
    emptiest: (w) => w.call({ eventType: { name: 'a' } }),
    fullest: (w) => w.call({ eventType }),
    never: ['eventType.dialect'],
  },
  UpdateEventType: {
    emptiest: async (w) => {
      await w.make('WebhookService/CreateEventType', { eventType: { name: 'a' } });
      await w.call({ eventType: { name: 'a' } });
    },
    fullest: async (w) => {
      await w.make('WebhookService/CreateEventType', { eventType: { name: eventType.name } });
      await w.call({ eventType });
    },
    never: ['eventType.dialect'],
  },
  DeleteEventType: {
    emptiest: async (w) => {
      await w.make('WebhookService/CreateEventType', { eventType });
      assert.deepEqual(await w.call({ name: eventType.name }), {});
    },
  },
};
