import { Webhook } from 'svix';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export const verify = (secret, headers, body) => {
  new Webhook(secret).verify(body.toString(), headers);
  return { payload: JSON.parse(body) };
};
