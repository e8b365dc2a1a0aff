import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the event of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const timestamp = headers['x-wachat-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('too old, or from the future');
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  const given = Buffer.from(headers['x-wachat-signature'] ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  return { type: headers['x-wachat-event'], payload: JSON.parse(body) };
}
