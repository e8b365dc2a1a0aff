import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CloudEvent, HTTP, emitterFor, Mode } from 'cloudevents';
import { EventSource } from 'eventsource';
import createClient from 'openapi-fetch';
import { makeCertificate } from './support/certificates.mjs';
import { key, removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const run = promisify(execFile);
const bin = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/.bin');
const authorization = { authorization: `Bearer ${key}` };
let folder, server;

before(async () => {
  folder = temporaryFolder();
  server = await Server.start(folder, makeCertificate(folder).path);
});

after(async () => {
  await server?.stop();
  removeFolder(folder);
});

const event = (id, data = { order: 1 }) => new CloudEvent({ id, source: '/shop', type: 'order.created', subject: 'shop-1', data });

const post = async (message) => {
  const response = await fetch(`${server.http}/cloudevents`, {
    method: 'POST', headers: { ...message.headers, ...authorization }, body: message.body,
  });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
};

test('the description of the JSON door has no fault that redocly finds', async () => {
  await run(join(bin, 'redocly'), ['lint', '--max-problems', '5', join(root, 'docs/openapi.json')], { cwd: folder });
});

test('types and a client made from the description publish and list', async () => {
  const types = join(folder, 'api.d.ts');
  await run(join(bin, 'openapi-typescript'), [join(root, 'docs/openapi.json'), '-o', types]);
  const client = createClient({ baseUrl: server.http, headers: authorization });
  const published = await client.POST('/v1/events', { body: { event: { type: 'order.created', payload: 'e30=' } } });
  assert.equal(published.error, undefined);
  const listed = await client.GET('/v1/events', { params: { query: { pageSize: 10 } } });
  assert.deepEqual(listed.data.events.map((one) => one.id), [published.data.event.id]);
  const missing = await client.GET('/v1/webhooks/{webhookId}', { params: { path: { webhookId: 'none' } } });
  assert.equal(missing.error.details[0].reason, 'NOT_FOUND');
});

test('the package cloudevents sends in binary and in structured mode', async () => {
  const binary = await post(HTTP.binary(event('binary-1')));
  assert.equal(binary.event.instance, 'shop-1');
  const message = HTTP.structured(event('structured-1'));
  assert.equal((await post(message)).event.id, 'structured-1');
  assert.equal((await post(message)).duplicate, true);
});

test('a list of events of the package is a batch', async () => {
  const body = JSON.stringify([event('batch-1'), event('batch-2')]);
  const answer = await post({ headers: { 'content-type': 'application/cloudevents-batch+json' }, body });
  assert.deepEqual(answer.results.map((result) => result.event.id), ['batch-1', 'batch-2']);
});

test('an emitter of the package reaches the door', async () => {
  const emit = emitterFor(post, { mode: Mode.BINARY });
  assert.equal((await emit(event('emitted-1'))).event.id, 'emitted-1');
});

/** A response whose body ends behind its first event, as if the connection had been lost. */
async function cutOff(response) {
  const reader = response.body.getReader();
  const body = new ReadableStream({
    async pull(stream) {
      const { value } = await reader.read();
      stream.enqueue(value);
      if (new TextDecoder().decode(value).includes('\n\n')) {
        await reader.cancel();
        stream.close();
      }
    },
  });
  const { url, status, redirected, headers } = response;
  return { url, status, redirected, headers, body };
}

test('an EventSource goes on where it was cut off', async () => {
  const tokens = [];
  const source = new EventSource(`${server.http}/v1/deliveries:watch?heartbeatInterval=1s`, {
    fetch: async (url, init) => {
      tokens.push(init.headers['Last-Event-ID']);
      const response = await fetch(url, { ...init, headers: { ...init.headers, ...authorization } });
      return tokens.length === 1 ? cutOff(response) : response;
    },
  });
  try {
    const [first, second] = await new Promise((resolve, reject) => {
      const messages = [];
      source.onmessage = (message) => { if (messages.push(message) === 2) resolve(messages); };
      source.onerror = (error) => { if (error.code) reject(error); };
    });
    assert.ok(JSON.parse(first.data).ready);
    assert.ok(JSON.parse(second.data).ready);
    assert.equal(first.lastEventId, JSON.parse(first.data).resumeToken);
    assert.deepEqual(tokens, [undefined, first.lastEventId]);
  } finally {
    source.close();
  }
});
