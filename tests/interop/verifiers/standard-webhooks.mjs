import { Webhook } from 'standardwebhooks';

/** Answers the payload of a genuine request; throws otherwise. The body is the Buffer as it was received. */
export const verify = (secret, headers, body) => ({ payload: new Webhook(secret).verify(body.toString(), headers) });
