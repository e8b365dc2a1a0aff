import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeCertificate } from './support/certificates.mjs';
import { key, removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const run = promisify(execFile);
const buf = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/.bin/buf');
let folder, server;

before(async () => {
  folder = temporaryFolder();
  server = await Server.start(folder, makeCertificate(folder).path);
});

after(async () => {
  await server?.stop();
  removeFolder(folder);
});

const curl = (...args) => run(buf, [
  'curl', '--protocol', 'grpc', '--http2-prior-knowledge', '-H', `authorization: Bearer ${key}`, ...args,
], { cwd: folder });

test('buf curl lists the services through reflection', async () => {
  const { stdout } = await curl('--list-services', `http://${server.address}`);
  for (const name of ['AdminService', 'DeliveryService', 'EventService', 'WebhookService']) {
    assert.ok(stdout.split('\n').includes(`controlplane.v1.${name}`), stdout);
  }
});

test('buf curl calls ListWebhooks', async () => {
  const { stdout } = await curl(`http://${server.address}/controlplane.v1.WebhookService/ListWebhooks`);
  assert.deepEqual(JSON.parse(stdout), {});
});

test('the protos are linted and formatted', async () => {
  await run(buf, ['lint'], { cwd: root });
  await run(buf, ['format', '--diff', '--exit-code'], { cwd: root });
});
