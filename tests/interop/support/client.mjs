import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { getProtoPath } from 'google-proto-files';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { key, root } from './server.mjs';

const folder = join(root, 'protos');
const definition = loader.loadSync(
  ['webhook_service', 'event_service', 'delivery_service', 'admin_service'].map((name) => `controlplane/v1/${name}.proto`),
  { includeDirs: [folder], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true });
const { controlplane } = grpc.loadPackageDefinition(definition);
const errors = protobuf.loadSync([getProtoPath('rpc', 'status.proto'), getProtoPath('rpc', 'error_details.proto')]);

/** Clients for all services, made from the protos directory alone. Unary calls answer promises. */
export function connect(address) {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const services = ['WebhookService', 'EventService', 'DeliveryService', 'AdminService']
    .map((name) => new controlplane.v1[name](address, grpc.credentials.createInsecure()));
  const call = (service) => new Proxy(service, {
    get: (target, method) => (request = {}) => new Promise((resolve, reject) => {
      target[method](request, metadata, { deadline: Date.now() + 30_000 }, (error, answer) => (error ? reject(error) : resolve(answer)));
    }),
  });
  const [webhooks, events, deliveries, admin] = services.map(call);
  const watch = (request) => services[2].WatchDeliveries(request, metadata);
  return { webhooks, events, deliveries, admin, watch, close: () => services.forEach((service) => service.close()) };
}

/** The details of a failed call: reason of the ErrorInfo, and the field violations if there are any. */
export function detailsOf(error) {
  const decode = (type, bytes) => errors.lookupType(`google.rpc.${type}`).decode(bytes);
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = decode('Status', bytes).details.map((any) => [any.type_url.split('.').pop(), any.value]);
  const find = (type) => details.filter(([name]) => name === type).map(([, value]) => decode(type, value))[0];
  return { reason: find('ErrorInfo').reason, violations: find('BadRequest')?.fieldViolations ?? [] };
}
