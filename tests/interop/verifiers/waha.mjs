import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the event of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  if (headers['x-webhook-hmac-algorithm'] !== 'sha512') throw new Error('another algorithm');
  const expected = createHmac('sha512', secret).update(body).digest();
  const given = Buffer.from(headers['x-webhook-hmac'] ?? '', 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  const { id, timestamp, event, session, payload } = JSON.parse(body);
  return { id, time: new Date(timestamp), type: event, instance: session, payload };
}
