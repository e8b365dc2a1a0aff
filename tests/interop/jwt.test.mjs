import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { makeCertificate } from './support/certificates.mjs';
import { removeFolder, root, Server, temporaryFolder } from './support/server.mjs';

const algorithms = ['RS256', 'RS512', 'PS256', 'PS384', 'ES256', 'ES384', 'ES512'];
const claims = { tenant_id: 'default', scope: 'webhooks.read events.read' };
let folder, server, keysFile;
const keys = new Map();

const makeKey = async (algorithm, kid = algorithm) => keys.set(kid, { algorithm, kid, ...await generateKeyPair(algorithm, { extractable: true }) });

const writeKeys = async (kids) => writeFileSync(keysFile, JSON.stringify({
  keys: await Promise.all(kids.map(async (kid) => ({ ...await exportJWK(keys.get(kid).publicKey), kid, alg: keys.get(kid).algorithm, use: 'sig' }))),
}));

before(async () => {
  folder = temporaryFolder();
  keysFile = join(folder, 'keys.json');
  for (const algorithm of algorithms) await makeKey(algorithm);
  await writeKeys(algorithms);
  server = await Server.start(folder, makeCertificate(folder).path, {
    settings: {
      ControlPlane__Access__Jwt__KeysFile: keysFile,
      ControlPlane__Access__Jwt__Issuer: 'https://issuer.example',
      ControlPlane__Access__Jwt__Audience: 'controlplane',
    },
  });
});

after(async () => {
  await server?.stop();
  removeFolder(folder);
});

/** A right token, changed. */
const token = (change = {}) => {
  const { kid = 'RS256', header, body = claims, iss = 'https://issuer.example', aud = 'controlplane', exp = '5m', nbf } = change;
  const jwt = new SignJWT(body).setProtectedHeader(header ?? { alg: keys.get(kid).algorithm, kid }).setIssuer(iss).setAudience(aud).setIssuedAt();
  if (exp) jwt.setExpirationTime(exp);
  if (nbf) jwt.setNotBefore(nbf);
  return jwt.sign(change.key ?? keys.get(kid).privateKey);
};

const ask = (jwt, path = '/v1/webhooks') => fetch(server.http + path, { headers: { authorization: `Bearer ${jwt}` } });
const statusOf = async (jwt, path) => (await ask(jwt, path)).status;

test('every algorithm that is accepted lets in', async () => {
  for (const kid of algorithms) assert.equal(await statusOf(await token({ kid })), 200, kid);
});

test('every door takes tokens', async () => {
  const jwt = await token({ body: { ...claims, scope: `${claims.scope} events.publish deliveries.read admin` } });
  for (const path of [
    '/v1/webhooks', '/svix/api/v1/app/default/endpoint', '/platforms/wachat/api/v1/webhooks', '/platforms/gowa/webhooks',
    '/platforms/wawp/v2/webhook/list?instance_id=i', '/platforms/wazapin/v1/settings/developer/webhooks', '/platforms/wahooks/api/connections/c/webhooks',
  ]) assert.equal(await statusOf(jwt, path), 200, path);
  const event = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 'a.b', 'content-type': 'application/json' };
  const published = await fetch(`${server.http}/cloudevents`, { method: 'POST', headers: { authorization: `Bearer ${jwt}`, ...event }, body: '1' });
  assert.equal(published.status, 200);

  const loaded = loadPackageDefinition(await load('controlplane/v1/webhook_service.proto', { includeDirs: [join(root, 'protos'), join(root, 'tests/interop/node_modules/google-proto-files')] }));
  const client = new loaded.controlplane.v1.WebhookService(server.address, credentials.createInsecure());
  const list = (bearer) => new Promise((done) => {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${bearer}`);
    client.ListWebhooks({}, metadata, { deadline: Date.now() + 30_000 }, (error) => done(error?.code ?? 0));
  });
  assert.equal(await list(jwt), 0);
  assert.equal(await list(`${jwt.slice(0, -8)}AAAAAAAA`), 16);
  client.close();
});

test('what is not right is refused', async () => {
  await makeKey('RS256', 'foreign');
  const publicKey = new TextEncoder().encode(await exportSPKI(keys.get('RS256').publicKey));
  const [head, , signature] = (await token()).split('.');
  const other = (await token({ body: { ...claims, tenant_id: '-' } })).split('.')[1];
  for (const [what, jwt] of Object.entries({
    'another issuer': await token({ iss: 'https://evil.example' }),
    'another audience': await token({ aud: 'other' }),
    'no end': await token({ exp: null }),
    'an end that is past': await token({ exp: '-40s' }),
    'a beginning that is to come': await token({ nbf: '40s' }),
    'no tenant': await token({ body: { scope: claims.scope } }),
    'a key that is not the issuer\'s': await token({ key: keys.get('foreign').privateKey }),
    'an unknown key': await token({ kid: 'foreign' }),
    'the public key as a shared secret': await token({ header: { alg: 'HS256', kid: 'RS256' }, key: publicKey }),
    'no signature': new UnsecuredJWT(claims).setIssuer('https://issuer.example').setAudience('controlplane').setExpirationTime('5m').encode(),
    'other claims': [head, other, signature].join('.'),
  })) assert.equal(await statusOf(jwt), 401, what);
  assert.equal(await statusOf(await token({ body: { ...claims, scope: 'events.read' } })), 403);
});

test('clocks may differ a little', async () => {
  assert.equal(await statusOf(await token({ exp: '-10s', nbf: '-2m' })), 200);
  assert.equal(await statusOf(await token({ nbf: '10s' })), 200);
});

test('a new key is taken and the old one refused', async () => {
  await makeKey('RS256', 'next');
  const old = await token();
  await writeKeys(['next']);
  for (let i = 0; i < 300 && await statusOf(await token({ kid: 'next' })) !== 200; i++) await new Promise((r) => setTimeout(r, 100));
  assert.equal(await statusOf(await token({ kid: 'next' })), 200);
  assert.equal(await statusOf(old), 401);
});
