import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text) => createHash('sha256').update(text).digest();

/** Answers the payload of a request that carries the secret; throws otherwise. */
export function verify(secret, headers, body) {
  // Digests have one length, so the time taken does not tell that of the secret.
  if (!timingSafeEqual(digest(headers['x-wawp-signature'] ?? ''), digest(secret))) throw new Error('not the secret');
  return { payload: JSON.parse(body) };
}
