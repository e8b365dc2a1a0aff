import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { admin } from '../core/api';
import { useCall } from '../core/calls';
import { href, place } from '../core/router';
import { caller, chooseTenant, end, isPlatform, isPortal, may, tenant } from '../core/session';

interface Entry {
  path: string;
  text: string;
  shown: () => boolean;
}

const entries: Entry[] = [
  { path: 'live', text: 'Live', shown: () => may('deliveries.read') },
  { path: 'deliveries', text: 'Deliveries', shown: () => may('deliveries.read') },
  { path: 'webhooks', text: 'Webhooks', shown: () => may('webhooks.read') },
  { path: 'redrives', text: 'Redrives', shown: () => may('deliveries.read') },
  { path: 'event-types', text: 'Event types', shown: () => may('webhooks.read') },
  { path: 'tenants', text: 'Tenants', shown: () => isPlatform.value && may('admin') },
  { path: 'keys', text: 'Keys', shown: () => !isPortal && may('admin') },
  { path: 'audit', text: 'Audit', shown: () => !isPortal && may('admin') },
  { path: 'server', text: 'Server', shown: () => !isPortal && may('admin') },
];

/** The pages that the key may see, the first one first. */
export const shownEntries = () => entries.filter((entry) => entry.shown());

export function Shell({ name, children }: { name: string; children: ComponentChildren }) {
  const [current = shownEntries()[0]?.path] = place.value.parts;
  const path = place.value.parts.join('/');
  // A page begins at its top, for the eye and for the keyboard.
  useEffect(() => {
    scrollTo(0, 0);
    document.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    if (path) document.querySelector('h1')?.focus();
  }, [path]);
  return (
    <>
      <header>
        <a class="skip" href={href(place.value.parts)} onClick={(event) => { event.preventDefault(); document.querySelector('h1')?.focus(); }}>Skip to content</a>
        <span class="brand">{name}</span>
        {isPlatform.value && may('admin') && <TenantChoice />}
        {!isPlatform.value && !isPortal && <span class="quiet">{caller.value?.tenantId}</span>}
        <button type="button" class="small" onClick={() => end()}>Sign out</button>
      </header>
      <div class="body">
        <nav aria-label="Pages">
          <ul>
            {shownEntries().map((entry) => (
              <li key={entry.path}><a href={href([entry.path])} aria-current={entry.path === current ? 'page' : undefined}>{entry.text}</a></li>
            ))}
          </ul>
        </nav>
        <main key={tenant.value}>{children}</main>
      </div>
    </>
  );
}

function TenantChoice() {
  const list = useCall(async (signal) => (await admin.listTenants({ pageSize: 1000 }, { signal })).tenants, [tenant.value]);
  const ids = (list.value ?? []).map(({ id }) => id);
  const options = ids.includes(tenant.value) || tenant.value === '-' ? ids : [tenant.value, ...ids];
  return (
    <label class="tenant">
      <span class="tenant-label">Tenant</span>
      <select value={tenant.value} onChange={(event) => chooseTenant(event.currentTarget.value)}>
        <option value="-">Every tenant</option>
        {options.map((id) => <option key={id} value={id}>{id}</option>)}
      </select>
    </label>
  );
}
