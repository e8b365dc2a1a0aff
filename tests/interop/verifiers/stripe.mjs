import { createHmac, timingSafeEqual } from 'node:crypto';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  const items = (headers['stripe-signature'] ?? '').split(',').map((item) => item.split('='));
  const [timestamp] = items.filter(([name]) => name === 't').map(([, value]) => value);
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) throw new Error('too old, or from the future');
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  const given = items.filter(([name]) => name === 'v1').map(([, value]) => Buffer.from(value, 'hex'));
  if (!given.some((one) => one.length === expected.length && timingSafeEqual(one, expected))) throw new Error('no signature matches');
  return { payload: JSON.parse(body) };
}
