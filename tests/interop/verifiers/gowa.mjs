import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the event of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const expected = Buffer.from('sha256=' + createHmac('sha256', secret).update(body).digest('hex'));
  const given = Buffer.from(headers['x-webhook-signature'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  const { event, timestamp, data } = JSON.parse(body);
  return { type: event, time: new Date(timestamp * 1000), payload: data };
}
