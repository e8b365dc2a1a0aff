import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the event of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const expected = Buffer.from('sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
  const given = Buffer.from(headers['x-hub-signature-256'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  return { id: headers['x-github-delivery'], type: headers['x-github-event'], payload: JSON.parse(body) };
}
