import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { makeCertificate } from './support/certificates.mjs';
import { connect } from './support/client.mjs';
import { Receiver } from './support/receiver.mjs';
import { key, removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const hookctl = process.env.CONTROLPLANE_HOOKCTL ?? join(root, 'artifacts/bin/ControlPlane.Cli/debug/hookctl.dll');
let folder, certificate, server, receiver, client;

before(async () => {
  folder = temporaryFolder();
  certificate = makeCertificate(folder);
  receiver = await Receiver.start(certificate, ({ path }) => (path === '/broken' ? 500 : 204));
  server = await Server.start(folder, certificate.path);
  client = connect(server.address);
});

after(async () => {
  client?.close();
  await server?.stop();
  await receiver?.stop();
  removeFolder(folder);
});

/** hookctl as a person has it: in a terminal of 120 columns and 40 rows, of which the text that came is kept. */
class Terminal {
  #process;
  #text = '';
  #waiting = [];

  constructor(...args) {
    const command = `stty cols 120 rows 40; exec dotnet ${hookctl} ${args.join(' ')}`;
    this.#process = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      env: { ...process.env, TERM: 'xterm-256color', HOOKCTL_KEY: key, HOOKCTL_ADDRESS: `http://${server.address}` },
    });
    this.ended = new Promise((resolve) => { this.#process.once('exit', resolve); });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (text) => {
        this.#text += text;
        this.#waiting = this.#waiting.filter((wake) => !wake());
      });
    }
  }

  press(keys) {
    this.#process.stdin.write(keys);
  }

  /** Completes when a text is there that was not before the last one waited for; fails after 30 s. */
  async see(text) {
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`"${text}" did not come; what came is\n${JSON.stringify(this.#text.slice(-4000))}`)), 30_000);
      const wake = () => {
        const plain = this.#text.replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '');
        if (!plain.includes(text)) return false;
        clearTimeout(timer);
        resolve();
        return true;
      };
      if (!wake()) this.#waiting.push(wake);
    });
    this.#text = '';
  }

  end() {
    this.#process.kill();
  }
}

const publish = (type, data = { order: 17 }) => client.events.PublishEvent({ event: { type, payload: Buffer.from(JSON.stringify(data)) } });

test('the monitor shows what happens, opens, retries, cancels, tests and filters, and goes on without a gap over a restart', async () => {
  await client.webhooks.CreateWebhook({ webhook: { name: 'Shop', url: `${receiver.url}/shop`, event_types: ['order.*'] } });
  await client.webhooks.CreateWebhook({
    webhook: { name: 'Broken', url: `${receiver.url}/broken`, event_types: ['broken.*'], retry_policy: { fixed: { delay: { seconds: 3600 } } } },
  });
  const terminal = new Terminal('monitor');
  try {
    await terminal.see('WEBHOOK');
    await publish('order.paid');
    await terminal.see('order.paid');
    await terminal.see('succeeded');
    terminal.press('\r');
    await terminal.see('{"order":17}');
    terminal.press('\x1b');
    await terminal.see('EVENT TYPE');
    terminal.press('r');
    await terminal.see('is sent once more');
    terminal.press('t');
    await terminal.see('test of Shop: 204');

    await publish('broken.one');
    await terminal.see('failing since');
    terminal.press('/broken.one\r');
    await terminal.see('/broken.one');
    await terminal.see('retry-scheduled');
    terminal.press('c');
    await terminal.see('is cancelled');
    terminal.press('r?');
    await terminal.see('test its webhook');
    terminal.press('\x1b');
    terminal.press('/\x1b');
    await terminal.see('EVENT TYPE');
    terminal.press('p');
    await terminal.see('PAUSED');
    terminal.press('p');

    await server.stop('SIGKILL');
    await terminal.see('reconnecting');
    server = await Server.start(folder, certificate.path, { ports: server.ports });
    for (let i = 0; i < 3; i++) await publish(`order.after-${i}`);
    await terminal.see('without a gap');
    await publish('order.last');
    await terminal.see('order.last');
    terminal.press('q');
    assert.equal(await terminal.ended, 0);
  } finally {
    terminal.end();
  }
});

test('listen forwards what goes to a webhook, signed as its own requests are, and sends it again when told to', async () => {
  const made = await client.webhooks.CreateWebhook({ webhook: { url: `${receiver.url}/heard`, event_types: ['heard.*'] } });
  const requests = [];
  const local = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(requests.length === 1 ? 500 : 200).end('heard');
    });
  });
  await new Promise((resolve) => { local.listen(0, '127.0.0.1', resolve); });
  const terminal = new Terminal('listen', made.webhook.id, '--forward-to', `http://127.0.0.1:${local.address().port}/hook`);
  try {
    await terminal.see('listening to');
    await publish('heard.one', { text: 'ä' });
    await terminal.see('500 in');
    terminal.press('1\n');
    await terminal.see('200 in');
    terminal.press('7\n');
    await terminal.see('There is no exchange 7.');
    assert.equal(requests.length, 2);
    for (const { headers, body } of requests) assert.deepEqual(new Webhook(made.secret).verify(body, headers), { text: 'ä' });
    const [delivery] = (await client.deliveries.ListDeliveries({ webhook_id: made.webhook.id })).deliveries;
    await receiver.until((all) => all.some(({ path }) => path === '/heard'), 'the webhook itself');
    assert.equal(requests[0].headers['webhook-id'], delivery.event_id);
  } finally {
    terminal.end();
    local.close();
  }
});
