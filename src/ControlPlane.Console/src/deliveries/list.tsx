import { useState } from 'preact/hooks';
import { type Delivery, DeliveryState, FailureKind } from '../../generated/controlplane/v1/delivery_pb';
import { deliveries } from '../core/api';
import { usePages } from '../core/calls';
import { go, href, place } from '../core/router';
import { isPlatform, tenant } from '../core/session';
import { failureText, stateText, valuesOf } from '../core/text';
import { lastAnswer } from '../live/page';
import { DeliveryBadge, WebhookLink } from '../ui/badges';
import { Checks, Form, Text } from '../ui/form';
import { Busy, Empty, More, Page, Table, Time } from '../ui/parts';
import { emptyFilter, type FilterForm, fromQuery, lastOf, toQuery, toRequest } from './filter';
import { FilterFields } from './filterFields';

const states = valuesOf(DeliveryState).map((value) => [String(value), stateText(value)] as const);

const failures = valuesOf(FailureKind).map((value) => [String(value), failureText(value)] as const);

export function DeliveriesPage() {
  const { query } = place.value;
  const asked = fromQuery(query);
  const [form, setForm] = useState<FilterForm>(asked);
  const list = usePages(async (pageToken, signal) => {
    const page = await deliveries.listDeliveries({ ...toRequest(asked), ...lastOf(asked), tenantId: tenant.value, pageToken, pageSize: 50 }, { signal });
    return { items: page.deliveries, next: page.nextPageToken };
  }, [query.toString(), tenant.value]);
  const set = (change: Partial<FilterForm>) => setForm({ ...form, ...change });
  const search = (filter: FilterForm) => {
    const address = href(['deliveries'], toQuery(filter));
    if (address === location.hash) list.reload();
    else go(address);
  };
  return (
    <Page title="Deliveries">
      <details class="filters" open={innerWidth > 700 || query.toString() !== ''}>
        <summary>Filter</summary>
        <Form problem={list.problem} busy={list.busy} label="Search" submit={() => search(form)}
          cancel={query.toString() ? () => { setForm(emptyFilter); search(emptyFilter); } : undefined} cancelLabel="Clear">
          <FilterFields form={form} set={set} states={states} />
          <Text label="Last status" name="status_codes" value={form.codes} set={(codes) => set({ codes })} placeholder="500, 503" hint="0: no answer." />
          <Checks legend="Last failure" name="failures" options={failures} chosen={form.failures} set={(chosen) => set({ failures: chosen })} />
        </Form>
      </details>
      <DeliveryTable rows={list.items} />
      {list.busy && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && (
        <Empty>{list.next ? 'None among those looked at so far.' : query.toString() ? 'No delivery matches the filter.' : 'There are no deliveries yet. Publish an event that a webhook subscribed to.'}</Empty>
      )}
      <More {...list} />
    </Page>
  );
}

export const DeliveryTable = ({ rows, ofWebhook = false }: { rows: Delivery[]; ofWebhook?: boolean }) => (
  rows.length === 0 ? null : (
    <Table label="Deliveries" head={['Accepted', 'State', 'Event type', ...(isPlatform.value && !ofWebhook ? ['Tenant'] : []), ...(ofWebhook ? [] : ['Webhook']), 'Attempts', 'Last answer', 'Next attempt']}>
      {rows.map((row) => (
        <tr key={row.id}>
          <td><a href={href(['deliveries', row.id])}><Time at={row.createTime} /></a></td>
          <td><DeliveryBadge state={row.state} /></td>
          <td>{row.eventType}{row.instance && <span class="quiet"> {row.instance}</span>}</td>
          {isPlatform.value && !ofWebhook && <td>{row.tenantId}</td>}
          {!ofWebhook && <td><WebhookLink id={row.webhookId} /></td>}
          <td class="number">{row.attemptCount}</td>
          <td>{lastAnswer(row)}</td>
          <td><Time at={row.nextAttemptTime} /></td>
        </tr>
      ))}
    </Table>
  )
);
