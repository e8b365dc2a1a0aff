import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the event of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const timestamp = headers['x-wahooks-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('too old, or from the future');
  // Over the bytes as they came: JSON.stringify(JSON.parse(body)) is not always the same text.
  const expected = Buffer.from('sha256=' + createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex'));
  const given = Buffer.from(headers['x-wahooks-signature'] ?? '');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error('the signature does not match');
  const { event, session, payload } = JSON.parse(body);
  return { type: event, instance: session, payload };
}
