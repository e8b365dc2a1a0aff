import { createPublicKey, verify as fits } from 'node:crypto';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(publicKey, headers, body) {
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('too old, or from the future');
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const given = (headers['webhook-signature'] ?? '').split(' ').filter((part) => part.startsWith('v1a,'));
  if (!given.some((part) => fits(null, message, key, Buffer.from(part.slice(4), 'base64')))) throw new Error('no signature matches');
  return { id, payload: JSON.parse(body) };
}
