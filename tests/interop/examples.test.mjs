import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { makeCertificate } from './support/certificates.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const run = promisify(execFile);
const examples = join(root, 'examples');
let folder, receiver, server;

before(async () => {
  folder = temporaryFolder();
  const certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate);
  server = await Server.start(folder, certificate.path);
});

after(async () => {
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

/** Runs an example as its user would; it ends well, and what it published came to the URL that it was given. */
async function works(language, command, args, env = {}) {
  const path = `/${encodeURIComponent(language)}`;
  const { stdout } = await run(command, [...args, receiver.url + path], {
    timeout: 90_000,
    env: { ...process.env, CONTROLPLANE_KEY: key, CONTROLPLANE_ADDRESS: `http://${server.address}`, CONTROLPLANE_HTTP: server.http, ...env },
  });
  assert.match(stdout, /^created   wh_\S+, its secret has \d+ characters\npublished \S+ to 1\n(watched .*\n)*watched .*succeeded after 1\ndeleted\n$/i);
  const [request] = receiver.requests.filter((each) => each.path === path);
  assert.deepEqual(JSON.parse(request.body), { hello: `from ${language}` });
}

test('C#', () => works('C#', 'dotnet', [join(root, 'artifacts/bin/Example/debug/Example.dll')]));

test('Node', () => {
  // Beside the packages that are there, and the protos where the example looks for them.
  mkdirSync(join(folder, 'examples/node'), { recursive: true });
  cpSync(join(examples, 'node/example.mjs'), join(folder, 'examples/node/example.mjs'));
  symlinkSync(join(root, 'tests/interop/node_modules'), join(folder, 'examples/node/node_modules'));
  symlinkSync(join(root, 'protos'), join(folder, 'protos'));
  return works('Node', process.execPath, [join(folder, 'examples/node/example.mjs')]);
});

test('Python', () => {
  const generated = join(folder, 'python');
  const plugins = [{ protoc_builtin: 'python', out: generated }, { local: 'grpc_python_plugin', out: generated }];
  execFileSync(
    join(root, 'tests/interop/node_modules/.bin/buf'), ['generate', '--template', JSON.stringify({ version: 'v2', plugins })], { cwd: root });
  return works('Python', '/usr/bin/python3', ['-B', join(examples, 'python/example.py')], { PYTHONPATH: generated });
});

test('Go', () => works('Go', 'go', ['run', join(examples, 'go/main.go')], { GOCACHE: join(folder, 'go-cache'), GO111MODULE: 'off' }));

test('Java', () => works('Java', 'java', ['-cp', '/usr/share/java/gson.jar', join(examples, 'java/Example.java')]));
