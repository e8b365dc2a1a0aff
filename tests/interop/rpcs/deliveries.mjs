import assert from 'node:assert/strict';

const event = { instance: 'shop-7', orderingKey: 'order-1' };
const filter = (w) => ({
  states: ['DELIVERY_STATE_DEAD'], eventTypes: ['order.created'], instance: 'shop-7', createdAfter: '2020-01-01T00:00:00Z',
  createdBefore: '2100-01-01T00:00:00Z', ...w,
});
/** Only GetDelivery and TestWebhook show them. */
const attempts = ['delivery.attempts', 'delivery.attempts.*'];

/** Starts a redrive that matches one dead letter by every field of the filter; completes when it is done. */
async function redrive(w) {
  const { webhookId, eventId } = await w.dead(event);
  const { redriveId } = await w.make('DeliveryService/RedriveDeliveries', { ...filter({ webhookId, eventId }), maxRatePerSecond: 5 });
  const get = async () => (await w.make('DeliveryService/GetRedrive', { redriveId })).redrive;
  await w.until(async () => (await get()).state === 'REDRIVE_STATE_DONE', 'the redrive');
  return redriveId;
}

/** Starts a redrive that has sent one dead letter again and waits long before it sends the next. */
async function slowRedrive(w, settings) {
  const { webhookId } = await w.dead(event);
  for (let i = 0; i < 3; i++) await w.publish(event);
  const list = () => w.make('DeliveryService/ListDeliveries', { webhookId, states: ['DELIVERY_STATE_DEAD'] });
  await w.until(async () => (await list()).deliveries.length === 4, 'dead letters');
  const { redriveId } = await w.make('DeliveryService/RedriveDeliveries', { ...settings, webhookId, maxRatePerSecond: 0.1 });
  return redriveId;
}

/** Starts a replay of what there is, which there is none of. */
async function replay(w) {
  const { id: webhookId } = await w.hook();
  const { redriveId } = await w.make('DeliveryService/ReplayEvents', { webhookId, filter: 'false', onlyMissing: true });
  return redriveId;
}

/** As in admin.mjs. */
export default {
  ListDeliveries: {
    emptiest: async (w) => assert.deepEqual(await w.call(), {}),
    fullest: async (w) => {
      await w.dead(event);
      await w.waiting(event);
      await w.call();
      await w.call({ pageSize: 1 });
    },
    never: ['deliveries.attempts', 'deliveries.attempts.*'],
  },
  GetDelivery: {
    emptiest: async (w) => {
      await w.hook({ enabled: false });
      const { id } = await w.delivered();
      assert.equal((await w.call({ deliveryId: id })).delivery.attempts.length, 1);
    },
    fullest: async (w) => {
      for (const { id } of [await w.dead(event), await w.waiting(event)]) await w.call({ deliveryId: id });
    },
  },
  RetryDelivery: {
    emptiest: async (w) => w.call({ deliveryId: (await w.delivered()).id }),
    fullest: async (w) => {
      await w.call({ deliveryId: (await w.dead(event)).id });
    },
    // It has not ended any more, and what was tried stands in GetDelivery.
    never: [...attempts, 'delivery.endReason'],
  },
  CancelDelivery: {
    emptiest: async (w) => {
      const { id } = await w.waiting();
      assert.equal((await w.call({ deliveryId: id })).delivery.state, 'DELIVERY_STATE_CANCELLED');
    },
    fullest: async (w) => w.call({ deliveryId: (await w.waiting(event)).id }),
    never: [...attempts, 'delivery.nextAttemptTime'],
  },
  RedriveDeliveries: {
    emptiest: async (w) => assert.deepEqual(await w.call({ validateOnly: true }), {}),
    fullest: async (w) => {
      await w.dead(event);
      assert.equal((await w.call()).count, 1);
    },
  },
  ReplayEvents: {
    emptiest: async (w) => assert.deepEqual(await w.call({ webhookId: (await w.hook()).id, validateOnly: true }), {}),
    fullest: async (w) => {
      await w.publish(event);
      const { id: webhookId } = await w.hook();
      const { states, ...wanted } = filter({ webhookId });
      assert.equal((await w.call({ ...wanted, filter: "event.type == 'order.created'", onlyMissing: true, maxPerSecond: 5 })).count, 1);
    },
  },
  GetRedrive: {
    emptiest: async (w) => {
      const { redriveId } = await w.make('DeliveryService/RedriveDeliveries');
      await w.call({ redriveId });
    },
    fullest: async (w) => {
      await w.call({ redriveId: await redrive(w) });
      await w.call({ redriveId: await replay(w) });
    },
    // Those that somebody else retried in between.
    never: ['redrive.skippedCount'],
  },
  ListRedrives: {
    emptiest: async (w) => assert.deepEqual(await w.call(), {}),
    fullest: async (w) => {
      await w.make('DeliveryService/RedriveDeliveries');
      await redrive(w);
      await replay(w);
      await w.call({ pageSize: 1 });
      await w.call();
    },
    never: ['redrives.skippedCount'],
  },
  CancelRedrive: {
    emptiest: async (w) => w.call({ redriveId: await slowRedrive(w) }),
    fullest: async (w) => w.call({ redriveId: await slowRedrive(w, filter()) }),
    never: ['redrive.filter.eventId', 'redrive.retriedCount', 'redrive.skippedCount', 'redrive.replay', 'redrive.replay.*'],
  },
  GetWebhookStats: {
    emptiest: async (w) => {
      const { buckets, ...rest } = await w.call();
      assert.deepEqual([buckets.length, rest], [60, {}]);
      assert.ok(buckets.every((bucket) => Object.keys(bucket).length === 1));
    },
    fullest: async (w) => {
      const { id: webhookId } = await w.hook();
      await w.publish(event);
      await w.until(async () => (await w.make('DeliveryService/GetWebhookStats', { webhookId })).successShare === 1, 'a delivery');
      await w.dead(event);
      await w.waiting(event);
      const stats = await w.call({ window: '3600s', bucket: '60s' });
      assert.ok(stats.successShare > 0 && stats.successShare < 1);
      assert.equal((await w.call({ webhookId, window: '86400s', bucket: '3600s' })).buckets.length, 24);
    },
    // Of a delivery that is being sent at the time.
    never: ['inFlight'],
  },
  ExplainDelivery: {
    emptiest: async (w) => {
      const { id: eventId } = await w.publish();
      const { id: webhookId } = await w.hook({ enabled: false });
      assert.ok((await w.call({ pair: { eventId, webhookId } })).summary);
    },
    fullest: async (w) => {
      const waiting = await w.waiting(event);
      await w.make('WebhookService/UpdateWebhook', { webhook: { id: waiting.webhookId, name: 'changed' }, updateMask: 'name' });
      // While the lane looks into the store it does not know when the next one is due.
      await w.until(async () => (await w.call({ deliveryId: waiting.id })).queue?.nextDueTime, 'when the next is due');
      await w.call({ deliveryId: (await w.dead(event)).id });
    },
    // What a busy webhook has.
    never: [...attempts, 'queue.queued', 'queue.inFlight', 'queue.failing'],
  },
  WatchDeliveries: {
    emptiest: async (w) => assert.deepEqual(Object.keys((await w.call({}, { take: 1 }))[0]), ['resumeToken', 'ready']),
    fullest: async (w) => {
      await w.dead(event);
      await w.waiting(event);
      await w.hook({ enabled: false });
      await w.call({ startTime: '2020-01-01T00:00:00Z', heartbeatInterval: '1s', webhookStates: true }, { take: 6 });
    },
    // The shared server does not close.
    never: [...attempts, 'closing'],
  },
};
