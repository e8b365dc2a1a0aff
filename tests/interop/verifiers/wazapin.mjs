import { Webhook } from 'standardwebhooks';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export function verify(secret, headers, body) {
  // Accepts svix-id, svix-timestamp and svix-signature as well, with the package "svix" in place of this one.
  const payload = new Webhook(secret).verify(body.toString(), headers);
  return { id: headers['webhook-id'], payload };
}
