import assert from 'node:assert/strict';

const tenant = {
  name: 'full', labels: { plan: 'gold' }, strictEventTypes: true, enforceSchemas: true, disabledFeatures: ['watch'], retention: '86400s',
  limits: { maxWebhooks: 3, publishRatePerSecond: 10, maxPayloadBytes: 1000 },
};
let made = 0;
const full = (w) => ({ ...tenant, externalId: `own-${w.path}-${made += 1}` });
const key = (w) => ({ name: 'reader', tenantId: w.tenantId, scopes: ['events.read'], expireTime: '2100-01-01T00:00:00Z' });
/** As above, and for one webhook only. */
const narrow = async (w) => ({ ...key(w), webhookIds: [(await w.hook()).id] });
const asPlatform = (w) => ({ key: w.platformKey });

/** Has a key with a name change something. */
const named = async (w) => {
  const { secret } = await w.make('AdminService/CreateApiKey', { apiKey: { tenantId: w.tenantId, name: 'ops', scopes: ['webhooks.write'] } }, w.platformKey);
  await w.make('WebhookService/CreateEventType', { eventType: { name: 'audited.type' } }, secret);
};

/** For each RPC the calls with its emptiest and its fullest answer; `never` names fields that no answer of it has. */
export default {
  CreateTenant: {
    emptiest: (w) => w.call({ tenant: {} }, asPlatform(w)),
    fullest: (w) => w.call({ tenant: full(w) }, asPlatform(w)),
  },
  GetTenant: {
    emptiest: (w) => w.call({ tenantId: w.tenantId }, asPlatform(w)),
    fullest: async (w) => {
      const made = await w.make('AdminService/CreateTenant', { tenant: full(w) }, w.platformKey);
      await w.call({ tenantId: made.tenant.id }, asPlatform(w));
    },
  },
  ListTenants: {
    // There is always one; nothing stands on the page that the last one has no token for.
    emptiest: async (w) => assert.equal((await w.call({ pageSize: 1 }, asPlatform(w))).tenants.length, 1),
    fullest: async (w) => {
      await w.make('AdminService/CreateTenant', { tenant: full(w) }, w.platformKey);
      await w.call({ pageSize: 1 }, asPlatform(w));
    },
  },
  UpdateTenant: {
    emptiest: (w) => w.call({ tenant: { id: w.tenantId }, updateMask: 'name' }, asPlatform(w)),
    fullest: (w) => w.call({ tenant: { id: w.tenantId, ...full(w) } }, asPlatform(w)),
  },
  DeleteTenant: {
    emptiest: async (w) => assert.deepEqual(await w.call({ tenantId: w.tenantId, force: true }, asPlatform(w)), {}),
  },
  CreateApiKey: {
    emptiest: (w) => w.call({ apiKey: { tenantId: w.tenantId, scopes: ['events.read'] } }, asPlatform(w)),
    fullest: async (w) => {
      await w.call({ apiKey: await narrow(w) }, asPlatform(w));
      await w.call({ apiKey: { platform: true, scopes: ['admin'] } }, asPlatform(w));
    },
    never: ['apiKey.revokeTime', 'apiKey.lastUseTime'],
  },
  ListApiKeys: {
    emptiest: async (w) => {
      const made = await w.make('AdminService/CreateTenant', { tenant: { name: 'keyless' } }, w.platformKey);
      assert.deepEqual(await w.call({ tenantId: made.tenant.id }, asPlatform(w)), {});
    },
    fullest: async (w) => {
      const { apiKey } = await w.make('AdminService/CreateApiKey', { apiKey: await narrow(w) }, w.platformKey);
      await w.make('AdminService/RevokeApiKey', { apiKeyId: apiKey.id }, w.platformKey);
      await w.call({ tenantId: w.tenantId, pageSize: 1 }, asPlatform(w));
      await w.call({ tenantId: '-' }, asPlatform(w));
    },
    // Uses are stored once a minute.
    never: ['apiKeys.lastUseTime'],
  },
  RevokeApiKey: {
    emptiest: async (w) => {
      const { apiKey } = await w.make('AdminService/CreateApiKey', { apiKey: { tenantId: w.tenantId, scopes: ['admin'] } }, w.platformKey);
      await w.call({ apiKeyId: apiKey.id }, asPlatform(w));
    },
    fullest: async (w) => {
      for (const apiKey of [await narrow(w), { platform: true, scopes: ['events.read'] }]) {
        const made = await w.make('AdminService/CreateApiKey', { apiKey }, w.platformKey);
        await w.call({ apiKeyId: made.apiKey.id }, asPlatform(w));
      }
    },
    never: ['apiKey.lastUseTime'],
  },
  CreatePortalSession: {
    emptiest: (w) => w.call({ tenantId: w.tenantId }, asPlatform(w)),
    fullest: async (w) => w.call({ tenantId: w.tenantId, readOnly: true, ttl: '60s', webhookIds: (await narrow(w)).webhookIds }, asPlatform(w)),
    never: ['apiKey.revokeTime', 'apiKey.lastUseTime', 'apiKey.platform'],
  },
  ListAuditEvents: {
    emptiest: async (w) => assert.deepEqual(await w.call({ resourceId: 'nothing' }, asPlatform(w)), {}),
    fullest: async (w) => {
      const { id } = await w.hook();
      await w.make('WebhookService/UpdateWebhook', { webhook: { id, name: 'renamed' }, updateMask: 'name' });
      await w.make('WebhookService/UpdateWebhook', { webhook: { id, name: 'again' }, updateMask: 'name' });
      await w.make('AdminService/UpdateTenant', { tenant: { id: w.tenantId, name: 'other' }, updateMask: 'name' }, w.platformKey);
      const { apiKey } = await w.make('AdminService/CreateApiKey', { apiKey: { ...key(w), scopes: ['admin', 'webhooks.write', 'webhooks.read'] } }, w.platformKey);
      assert.ok(apiKey.id);
      await named(w);
      await w.call({ tenantId: w.tenantId, pageSize: 5 }, asPlatform(w));
    },
  },
  GetCaller: {
    emptiest: async (w) => {
      const { secret } = await w.make('AdminService/CreateApiKey', { apiKey: { tenantId: w.tenantId, scopes: ['events.read'] } }, w.platformKey);
      await w.call({}, { key: secret });
    },
    fullest: async (w) => {
      const { secret } = await w.make('AdminService/CreateApiKey', { apiKey: await narrow(w) }, w.platformKey);
      await w.call({}, { key: secret });
      await w.call({}, asPlatform(w));
    },
  },
  GetServerInfo: {
    emptiest: (w) => w.call(),
    fullest: (w) => w.call({}, asPlatform(w)),
    // Only a store that several nodes share has them.
    never: ['nodes*'],
  },
  BackupStore: {
    emptiest: async (w) => assert.ok((await w.call({}, asPlatform(w))).at(-1).backup),
    fullest: async (w) => {
      await w.delivered();
      const name = `interop-${w.tenantId}.db`;
      assert.equal((await w.call({ name }, asPlatform(w))).at(-1).backup.name, name);
    },
    // A small store is written before anybody is told how far it is.
    never: ['progress.writtenBytes'],
  },
  CheckStore: {
    emptiest: async (w) => assert.deepEqual(Object.keys(await w.call({}, asPlatform(w))), ['duration']),
    // A store with problems is not at hand.
    never: ['problems'],
  },
};
