import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const timestamp = headers['x-slack-request-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('too old, or from the future');
  const expected = Buffer.from('v0=' + createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex'));
  const given = Buffer.from(headers['x-slack-signature'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  return { payload: JSON.parse(body) };
}
