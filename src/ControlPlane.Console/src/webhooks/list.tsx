import { useState } from 'preact/hooks';
import type { GetWebhookStatsResponse } from '../../generated/controlplane/v1/delivery_service_pb';
import { type Webhook, WebhookState } from '../../generated/controlplane/v1/webhook_pb';
import { webhooks } from '../core/api';
import { usePages } from '../core/calls';
import { href } from '../core/router';
import { caller, isPlatform, may, mayForTenant, tenant } from '../core/session';
import { valuesOf, webhookStateText } from '../core/text';
import { WebhookBadge } from '../ui/badges';
import { Choice } from '../ui/form';
import { Busy, Empty, More, Page, ProblemBox, Table, Time } from '../ui/parts';
import { HealthCells, useHealth } from './stats';

const states = [['', 'Any'], ...valuesOf(WebhookState).map((value) => [WebhookState[value]!, webhookStateText(value)])] as [string, string][];

export function WebhooksPage() {
  const [state, setState] = useState('');
  const list = usePages(async (pageToken, signal) => {
    const filter = state ? `state = ${state}` : '';
    const page = await webhooks.listWebhooks({ tenantId: tenant.value, filter, pageToken }, { signal });
    return { items: page.webhooks, next: page.nextPageToken };
  }, [state, tenant.value]);
  const healthy = may('deliveries.read');
  const health = useHealth(list.items, healthy);
  return (
    <Page title="Webhooks" actions={mayForTenant('webhooks.write') && <a class="button primary" href={href(['webhooks', 'new'])}>Create webhook</a>}>
      <div class="inline"><Choice label="State" name="filter" value={state} set={setState} options={states} /></div>
      <ProblemBox problem={list.problem} retry={list.reload} />
      {list.items.length > 0 && (
        <Table label="Webhooks" head={['Webhook', 'State', ...(healthy ? ['Last hour', 'In flight', 'Waiting', 'Oldest waiting'] : []), 'Event types', ...(isPlatform.value ? ['Tenant'] : []), 'Dialect', 'Created']}>
          {list.items.map((row) => <Row key={row.id} of={row} healthy={healthy} health={health.get(row.id)} />)}
        </Table>
      )}
      {list.busy && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && (
        <Empty>{state ? 'No webhook is in this state.' : caller.value?.webhookIds.length ? 'These webhooks are no longer there.' : 'There are no webhooks yet. A webhook is an HTTPS address that events are sent to.'}</Empty>
      )}
      <More {...list} />
    </Page>
  );
}

const Row = ({ of, healthy, health }: { of: Webhook; healthy: boolean; health: GetWebhookStatsResponse | undefined }) => (
  <tr>
    <td class="wide"><a href={href(['webhooks', of.id])}>{of.name || of.url}</a>{of.name && <div class="quiet">{of.url}</div>}</td>
    <td><WebhookBadge of={of} /></td>
    {healthy && <HealthCells of={health} />}
    <td>{of.eventTypes.slice(0, 3).join(', ')}{of.eventTypes.length > 3 && ` and ${of.eventTypes.length - 3} more`}</td>
    {isPlatform.value && <td>{of.tenantId}</td>}
    <td>{dialectOf(of)}</td>
    <td><Time at={of.createTime} /></td>
  </tr>
);

export const dialectOf = (of: Webhook) => of.dialect || (of.customDialect ? `custom: ${of.customDialect.name}` : '–');
