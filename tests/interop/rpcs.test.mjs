import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startBuf } from './clients/buf.mjs';
import { startGrpcJs } from './clients/grpc-js.mjs';
import { startJava } from './clients/java.mjs';
import { startPython } from './clients/python.mjs';
import admin from './rpcs/admin.mjs';
import deliveries from './rpcs/deliveries.mjs';
import events from './rpcs/events.mjs';
import { healthCases, reflectionCases } from './rpcs/standard.mjs';
import webhooks from './rpcs/webhooks.mjs';
import { World } from './rpcs/world.mjs';
import { makeCertificate } from './support/certificates.mjs';
import { loadDescriptors } from './support/descriptors.mjs';
import { fieldsIn, fieldsOf } from './support/fields.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, Server, temporaryFolder } from './support/server.mjs';

/** Every RPC of every service, with its emptiest and its fullest answer, from clients that are not ours. */
const cases = {
  'controlplane.v1.AdminService': admin,
  'controlplane.v1.DeliveryService': deliveries,
  'controlplane.v1.EventService': events,
  'controlplane.v1.WebhookService': webhooks,
  'grpc.health.v1.Health': healthCases,
  'grpc.reflection.v1.ServerReflection': reflectionCases,
  'grpc.reflection.v1alpha.ServerReflection': reflectionCases,
};
/** So that a client that waits in vain fails its own test alone. */
const limit = { timeout: 120_000 };
const starters = { 'grpc-js': startGrpcJs, python: startPython, 'buf curl': startBuf, java: startJava };

const [folder, strange] = [temporaryFolder(), temporaryFolder()];
const descriptors = loadDescriptors(folder);
let receiver, stranger, server, helper;

before(async () => {
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, ({ path }) => (path.endsWith('/fails') ? { status: 503, body: 'not now' } : 204));
  // Its certificate is one that the server does not trust.
  stranger = await Receiver.start(makeCertificate(strange));
  server = await Server.start(folder, certificate.path);
  helper = startGrpcJs({ address: server.address, descriptors });
});

after(async () => {
  helper?.close();
  await server?.stop();
  await receiver?.stop();
  await stranger?.stop();
  [folder, strange].forEach(removeFolder);
});

test('every RPC that the descriptors or the server name has its cases', async () => {
  const tested = Object.entries(cases).flatMap(([service, rpcs]) => Object.keys(rpcs).map((rpc) => `${service}/${rpc}`)).sort();
  assert.deepEqual(tested, [...descriptors.methods.keys()].sort());
  const { answers: [{ listServicesResponse }] } = await helper.call(
    { method: 'grpc.reflection.v1.ServerReflection/ServerReflectionInfo', key, requests: [{ listServices: '' }] });
  assert.deepEqual(listServicesResponse.service.map(({ name }) => name).sort(), Object.keys(cases).sort());
});

for (const [clientName, start] of Object.entries(starters)) {
  describe(clientName, () => {
    let client;
    before(() => { client = start({ address: server.address, descriptors }); });
    after(() => client?.close());

    for (const [name, method] of descriptors.methods) {
      const [service, rpc] = name.split('/');
      const { emptiest, fullest = emptiest, never = [] } = cases[service]?.[rpc] ?? {};
      const world = () => World.create({
        rpc: { name, clientStreaming: method.methodKind === 'bidi_streaming', serverStreaming: method.methodKind !== 'unary' },
        client, helper, receiver, stranger,
      });

      test(`${service.split('.').at(-1)}/${rpc} can be read at its emptiest`, limit, async () => emptiest(await world()));

      test(`${service.split('.').at(-1)}/${rpc} can be read at its fullest`, limit, async () => {
        const w = await world();
        await fullest(w);
        const seen = new Set(w.answers.flatMap((answer) => fieldsIn(method.output, answer)));
        const isNever = (path) => never.some((n) => path === n || (n.endsWith('*') && path.startsWith(n.slice(0, -1))));
        assert.deepEqual(fieldsOf(method.output).filter((path) => !seen.has(path) && !isNever(path)), [], 'fields that no answer had');
      });
    }
  });
}
