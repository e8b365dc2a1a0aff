// Registers a webhook, publishes an event, watches until it is delivered, and deletes the webhook.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const address = new URL(process.env.CONTROLPLANE_ADDRESS ?? 'http://127.0.0.1:7400');
const url = process.argv[2] ?? 'https://example.com/hook';

const protos = fileURLToPath(new URL('../../protos', import.meta.url));
const definition = loader.loadSync(
  ['webhook_service', 'event_service', 'delivery_service'].map((name) => `controlplane/v1/${name}.proto`),
  { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true });
const { v1 } = grpc.loadPackageDefinition(definition).controlplane;
const credentials = address.protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
const [webhooks, events, deliveries] = [v1.WebhookService, v1.EventService, v1.DeliveryService]
  .map((Service) => new Service(address.host, credentials));

const metadata = new grpc.Metadata();
metadata.set('authorization', `Bearer ${process.env.CONTROLPLANE_KEY}`);
const call = (client, method, request) => (
  promisify(client[method].bind(client))(request, metadata, { deadline: Date.now() + 30_000 }));

// Manage: the secret is shown this once; the receiver verifies with it.
const { webhook, secret } = await call(webhooks, 'CreateWebhook', { webhook: { name: 'example', url, event_types: ['example.*'] } });
console.log(`created   ${webhook.id}, its secret has ${secret.length} characters`);

// Publish: accepted means that it is stored; repeating it with the same id takes effect once.
const event = { id: `node-${randomUUID()}`, type: 'example.created', payload: Buffer.from('{"hello":"from Node"}') };
const published = await call(events, 'PublishEvent', { event });
console.log(`published ${published.event.id} to ${published.delivery_count}`);

// Watch: from the webhook's creation, so that nothing is missed. Each message has a token with which another watch goes on after it.
const stream = deliveries.WatchDeliveries(
  { webhook_id: webhook.id, start_time: webhook.create_time }, metadata, { deadline: Date.now() + 60_000 });
for await (const { delivery } of stream) {
  if (!delivery) continue;
  console.log(`watched   ${delivery.id} ${delivery.state} after ${delivery.attempt_count}`);
  if (['DELIVERY_STATE_SUCCEEDED', 'DELIVERY_STATE_DEAD'].includes(delivery.state)) break;
}
// Leaving the loop does not end the call.
stream.on('error', () => {}).cancel();

await call(webhooks, 'DeleteWebhook', { webhook_id: webhook.id });
console.log('deleted');
for (const client of [webhooks, events, deliveries]) client.close();
