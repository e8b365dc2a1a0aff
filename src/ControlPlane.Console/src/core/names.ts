import { signal } from '@preact/signals';
import { webhooks } from './api';
import { may, tenant } from './session';

const pageSize = 1_000;
const names = signal(new Map<string, string>());
let asked: string | undefined;

/** What people call a webhook: its name, else its address, else, if it is gone or one of very many, its id. */
export function webhookName(id: string): string {
  if (asked !== tenant.value && may('webhooks.read')) void learn(tenant.value);
  return names.value.get(id) ?? id;
}

/** Forgets the names, since a webhook was changed. */
export function forgetNames() {
  asked = undefined;
}

async function learn(tenantId: string) {
  asked = tenantId;
  try {
    const page = await webhooks.listWebhooks({ tenantId, pageSize });
    names.value = new Map(page.webhooks.map(({ id, name, url }) => [id, name || addressOf(url)]));
  } catch {
    // Ids are shown then; a page that needs more says what is wrong.
  }
}

function addressOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return host + (pathname === '/' ? '' : pathname);
  } catch {
    return url;
  }
}
