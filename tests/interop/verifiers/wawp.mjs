import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(headers['x-wawp-signature'] ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  return { payload: JSON.parse(body) };
}
