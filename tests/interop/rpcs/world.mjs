import assert from 'node:assert/strict';
import { key as platformKey } from '../support/server.mjs';

const scopes = ['events.publish', 'events.read', 'webhooks.read', 'webhooks.write', 'deliveries.read', 'deliveries.write', 'admin'];
let made = 0;

/**
 * What a test of one RPC has to work with: a new tenant, a place at the receiver, and two clients. `call` makes the calls under test
 * with the client under test; `make` makes whatever must be there before them.
 */
export class World {
  static async create({ rpc, client, helper, receiver, stranger }) {
    const world = new World();
    Object.assign(world, { rpc, client, helper, receiver, stranger, platformKey, answers: [], path: `/${made += 1}` });
    const { tenant } = await world.make('AdminService/CreateTenant', { tenant: { name: 'interop' } }, platformKey);
    world.tenantId = tenant.id;
    const { secret } = await world.make('AdminService/CreateApiKey', { apiKey: { tenantId: tenant.id, scopes } }, platformKey);
    world.key = secret;
    return world;
  }

  /** Makes the call under test. `take` ends a stream that has no end after so many answers. */
  async call(request = {}, { key = this.key, take } = {}) {
    const result = await send(this.client, this.rpc, [request].flat(), key, take);
    this.answers.push(...result);
    return this.rpc.serverStreaming ? result : result[0];
  }

  async make(name, request = {}, key = this.key) {
    const [answer] = await send(this.helper, { name: `controlplane.v1.${name}` }, [request], key);
    return answer;
  }

  /** A webhook whose receiver answers 204, or what its path says. */
  async hook(settings = {}, path = this.path) {
    const webhook = { url: this.receiver.url + path, eventTypes: ['*'], ...settings };
    return (await this.make('WebhookService/CreateWebhook', { webhook })).webhook;
  }

  async publish(event = {}) {
    return (await this.make('EventService/PublishEvent', { event: { type: 'order.created', payload: 'e30=', ...event } })).event;
  }

  /** The tenant's newest delivery, once it is in a state. */
  async delivery(state) {
    return this.until(async () => {
      const { deliveries: [found] = [] } = await this.make('DeliveryService/ListDeliveries');
      return found?.state === `DELIVERY_STATE_${state}` && found;
    }, state);
  }

  /** What a look shows once it shows anything. */
  async until(look, what) {
    for (const deadline = Date.now() + 30_000; ;) {
      const found = await look();
      if (found) return found;
      assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Publishes an event to a webhook that takes it; completes with the delivery when it has succeeded. */
  async delivered(event) {
    await this.hook();
    await this.publish(event);
    return this.delivery('SUCCEEDED');
  }

  /** Publishes an event to a webhook that refuses it for good; completes with the dead letter. */
  async dead(event) {
    await this.hook({ retryPolicy: { fixed: { delay: '1s' }, maxAttempts: 1 } }, `${this.path}/fails`);
    await this.publish(event);
    return this.delivery('DEAD');
  }

  /** Publishes an event to a webhook that fails now; completes with the delivery when it waits for its retry. */
  async waiting(event) {
    await this.hook({ retryPolicy: { fixed: { delay: '3600s' } } }, `${this.path}/fails`);
    await this.publish(event);
    return this.delivery('RETRY_SCHEDULED');
  }
}

async function send(client, rpc, requests, key, take) {
  const { name, clientStreaming = false, serverStreaming = false } = rpc;
  const { code, message, answers } = await client.call({ method: name, requests, key, take, clientStreaming, serverStreaming });
  assert.equal(code, 0, `${name}: ${code} ${message}`);
  if (!serverStreaming) assert.equal(answers.length, 1);
  return answers;
}
