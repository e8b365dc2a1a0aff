import { computed, signal } from '@preact/signals';
import type { GetCallerResponse } from '../../generated/controlplane/v1/admin_service_pb';

/** The same application is the console and the portal: where it is served says which. */
export const isPortal = location.pathname.replace(/\/+$/, '').endsWith('/portal');

const keyName = isPortal ? 'portal-token' : 'console-key';
const tenantName = 'console-tenant';

/** Session storage, which ends with the tab. In a frame of another site browsers can refuse it; then nothing outlives a reload. */
const kept = {
  get(name: string): string {
    try {
      return sessionStorage.getItem(name) ?? '';
    } catch {
      return '';
    }
  },
  set(name: string, value: string) {
    try {
      if (value) sessionStorage.setItem(name, value);
      else sessionStorage.removeItem(name);
    } catch {
      // Nothing is kept then.
    }
  },
};

/** The key that calls are made with; empty before somebody signs in. */
export const key = signal(kept.get(keyName));
/** Whose key it is and what it may do. */
export const caller = signal<GetCallerResponse>();
/** Why the session before ended, if it was not the person who ended it. */
export const endedBecause = signal('');

/** What lists and watches are limited to: `-` is every tenant, empty the key's own. */
export const tenant = signal(kept.get(tenantName));

export const isPlatform = computed(() => caller.value?.platform ?? false);

/** Whether the key has a scope. */
export const may = (scope: string) => caller.value?.scopes.includes(scope) ?? false;

/** Whether the key has a scope for the whole tenant, and not for some of its webhooks only. */
export const mayForTenant = (scope: string) => may(scope) && caller.value?.webhookIds.length === 0;

/** The tenant that something new is for: the one chosen, where that is one. */
export const tenantOfNew = computed(() => (tenant.value === '-' ? '' : tenant.value));

export function begin(newKey: string, newCaller: GetCallerResponse) {
  key.value = newKey;
  kept.set(keyName, newKey);
  if (!newCaller.platform) chooseTenant('');
  else if (!tenant.value) chooseTenant('-');
  endedBecause.value = '';
  caller.value = newCaller;
}

export function end(reason = '') {
  endedBecause.value = reason;
  caller.value = undefined;
  key.value = '';
  kept.set(keyName, '');
  chooseTenant('');
}

export function chooseTenant(id: string) {
  tenant.value = id;
  kept.set(tenantName, id);
}

/** The token that the portal's address carried behind its `#`, which is never sent to a server. It is taken out of the history at once. */
export const givenToken = takeToken();

function takeToken(): string {
  const token = isPortal && /^#token=([\w-]+)/.exec(location.hash)?.[1];
  if (!token) return '';
  history.replaceState(null, '', location.pathname + '#/');
  return token;
}
