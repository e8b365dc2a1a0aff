import assert from 'node:assert/strict';

const event = (id) => ({
  id: `full-${id}`, type: 'order.created', instance: 'shop-7', payload: Buffer.from(`"${'é👩‍👧'.repeat(3000)}"`).toString('base64'),
  contentType: 'application/json', idempotencyKey: `key-${id}`, orderingKey: 'order-1', labels: { region: 'eu' }, expireTime: '2099-01-01T00:00:00Z',
});
const least = { type: 'a', payload: 'MA==' };
/** Only GetEvent answers it. */
const withoutPayload = (prefix) => [`${prefix}.payload`];
/** No publish answers one that is erased before it is there. */
const fresh = (prefix) => [...withoutPayload(prefix), `${prefix}.eraseTime`];

/** As in admin.mjs. */
export default {
  PublishEvent: {
    emptiest: (w) => w.call({ event: least }),
    fullest: async (w) => {
      await w.hook();
      await w.call({ event: event(1) });
      assert.equal((await w.call({ event: event(1) })).duplicate, true);
    },
    never: fresh('event'),
  },
  BatchPublishEvents: {
    emptiest: async (w) => assert.equal((await w.call({ events: [least] })).results.length, 1),
    fullest: async (w) => {
      await w.hook();
      const { results } = await w.call({ events: [event(1), event(2), event(2)] });
      assert.deepEqual(results.map(({ duplicate = false }) => duplicate), [false, false, true]);
    },
    never: fresh('results.event'),
  },
  GetEvent: {
    emptiest: async (w) => {
      const { id } = await w.publish(least);
      assert.equal((await w.call({ eventId: id })).event.payload, least.payload);
    },
    fullest: async (w) => {
      await w.publish(event(1));
      assert.equal((await w.call({ eventId: 'full-1' })).event.payload, event(1).payload);
      await w.make('EventService/EraseEvents', { eventId: 'full-1' });
      assert.ok((await w.call({ eventId: 'full-1' })).event.eraseTime);
    },
  },
  ListEvents: {
    emptiest: async (w) => assert.deepEqual(await w.call(), {}),
    fullest: async (w) => {
      for (let i = 0; i < 30; i++) await w.publish(event(i));
      await w.make('EventService/EraseEvents', { eventId: 'full-29' });
      assert.equal((await w.call({ pageSize: 29 })).events.length, 29);
    },
    never: withoutPayload('events'),
  },
  EraseEvents: {
    emptiest: async (w) => assert.deepEqual(await w.call({ all: true }), {}),
    fullest: async (w) => {
      for (let i = 0; i < 3; i++) await w.publish(event(i));
      assert.equal(String((await w.call({ labels: { region: 'eu' }, reason: 'request 7' })).count), '3');
    },
  },
};
