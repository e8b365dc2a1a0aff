import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { AdminService } from '../../generated/controlplane/v1/admin_service_pb';
import { DeliveryService } from '../../generated/controlplane/v1/delivery_service_pb';
import { EventService } from '../../generated/controlplane/v1/event_service_pb';
import { WebhookService } from '../../generated/controlplane/v1/webhook_service_pb';
import { begin, end, key } from './session';

const authorize: Interceptor = (next) => async (request) => {
  if (!request.header.has('authorization')) request.header.set('authorization', `Bearer ${key.value}`);
  try {
    return await next(request);
  } catch (error) {
    // The key of the session, not one that somebody tries to sign in with.
    const ours = request.header.get('authorization') === `Bearer ${key.value}`;
    if (ours && ConnectError.from(error).code === Code.Unauthenticated) end('The key is no longer valid. Sign in again.');
    throw error;
  }
};

// Beside the page's folder, whatever path a proxy puts before both.
const baseUrl = new URL('..', location.origin + location.pathname).href.replace(/\/$/, '');
const transport = createGrpcWebTransport({
  baseUrl,
  interceptors: [authorize],
  fetch: (input, init) => fetch(input, { ...init, credentials: 'omit' }),
});

export const admin = createClient(AdminService, transport);
export const deliveries = createClient(DeliveryService, transport);
export const events = createClient(EventService, transport);
export const webhooks = createClient(WebhookService, transport);

/** Begins a session with a key; throws if it is none. */
export async function signIn(newKey: string) {
  const answer = await admin.getCaller({}, { headers: { authorization: `Bearer ${newKey}` } });
  begin(newKey, answer);
}
