// deliver.mjs KEY TLS_KEY TLS_CERTIFICATE: a server at its usual addresses delivers an event to an HTTPS receiver here, where its signature verifies.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { Receiver } from './support/receiver.mjs';

const [key, tlsKey, certificate] = process.argv.slice(2);
const http = 'http://127.0.0.1:7401';
const receiver = await Receiver.start({ key: readFileSync(tlsKey), cert: readFileSync(certificate) });

async function call(path, body) {
  const answer = await fetch(http + path, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

for (let i = 0; ; i++) {
  if (await fetch(`${http}/readyz`).then((answer) => answer.ok, () => false)) break;
  if (i === 150) throw new Error('the server did not become ready');
  await new Promise((resolve) => { setTimeout(resolve, 200); });
}
const { secret } = await call('/v1/webhooks', { webhook: { url: `${receiver.url}/hook`, eventTypes: ['package.*'] } });
await call('/v1/events', { event: { type: 'package.tested', payload: Buffer.from('{"packed":true}').toString('base64') } });
const { headers, body } = await receiver.until((all) => all.length > 0, 'the request').then(() => receiver.requests[0]);
new Webhook(secret).verify(body.toString(), headers);
console.log(`delivered and verified: ${body}`);
process.exit(0);
