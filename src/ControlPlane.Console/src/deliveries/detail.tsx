import { useState } from 'preact/hooks';
import { type Delivery, DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import { deliveries, events } from '../core/api';
import { useAction, useCall, usePoll } from '../core/calls';
import { href } from '../core/router';
import { isPlatform, may } from '../core/session';
import { pretty, triggerText } from '../core/text';
import { DeliveryBadge, WebhookLink } from '../ui/badges';
import { Confirm } from '../ui/dialog';
import { Busy, Card, Code, Facts, Page, ProblemBox, Time } from '../ui/parts';
import { Explanation } from './explain';
import { Lifecycle } from './lifecycle';

const pollInterval = 1_000;
const ended = (state: DeliveryState) => state >= DeliveryState.SUCCEEDED;

export function DeliveryPage({ id }: { id: string }) {
  const answer = useCall(async (signal) => (await deliveries.getDelivery({ deliveryId: id }, { signal })).delivery!, [id]);
  const delivery = answer.value;
  usePoll(answer.reload, pollInterval, delivery !== undefined && !ended(delivery.state) && !answer.busy);
  return (
    <Page title="Delivery" actions={delivery && may('deliveries.write') && <Actions of={delivery} done={answer.reload} />}>
      <ProblemBox problem={answer.problem} retry={answer.reload} />
      {!delivery && answer.busy && <Busy />}
      {delivery && <Found of={delivery} />}
    </Page>
  );
}

function Actions({ of, done }: { of: Delivery; done: () => void }) {
  const retry = useAction();
  const [asking, setAsking] = useState(false);
  return (
    <>
      {ended(of.state)
        ? <button type="button" class="primary" disabled={retry.busy} onClick={() => retry.run(async () => { await deliveries.retryDelivery({ deliveryId: of.id }); done(); })}>Retry now</button>
        : <button type="button" class="danger" onClick={() => setAsking(true)}>Cancel</button>}
      <ProblemBox problem={retry.problem} />
      {asking && (
        <Confirm title="Cancel this delivery?" label="Cancel the delivery" close={() => setAsking(false)}
          run={async () => { await deliveries.cancelDelivery({ deliveryId: of.id }); done(); }}>
          <p>No further attempt is made. It can be retried by hand later.</p>
        </Confirm>
      )}
    </>
  );
}

const Found = ({ of }: { of: Delivery }) => (
  <>
    <Card>
      <Facts of={[
        ['State', <DeliveryBadge state={of.state} />],
        ['Event type', of.eventType],
        ...(of.instance ? [['Instance', of.instance] as [string, string]] : []),
        ...(of.orderingKey ? [['Ordering key', of.orderingKey] as [string, string]] : []),
        ['Webhook', <WebhookLink id={of.webhookId} />],
        ...(isPlatform.value ? [['Tenant', of.tenantId] as [string, string]] : []),
        ['Set going by', triggerText(of.trigger)],
        ['Event', <code>{of.eventId}</code>],
        ['Delivery', <code>{of.id}</code>],
      ]} />
    </Card>
    <Card title="What happened"><Lifecycle of={of} /></Card>
    <Explanation id={of.id} revision={of.revision} />
    {may('events.read') && <EventCard of={of} />}
  </>
);

function EventCard({ of }: { of: Delivery }) {
  const answer = useCall(async (signal) => (await events.getEvent(
    { eventId: of.eventId, tenantId: isPlatform.value ? of.tenantId : '' }, { signal })).event!, [of.eventId]);
  const event = answer.value;
  return (
    <Card title="Event" actions={<a href={href(['deliveries'], { event: of.eventId })}>All its deliveries</a>}>
      <ProblemBox problem={answer.problem} />
      {!event && answer.busy && <Busy />}
      {event && (
        <>
          <Facts of={[
            ['Accepted', <Time at={event.createTime} exact />],
            ['Content type', event.contentType || 'application/json'],
            ...Object.entries(event.labels).map(([name, value]) => [name, value] as [string, string]),
          ]} />
          {event.payload.length > 0 ? <Code label="payload">{pretty(event.payload)}</Code> : <p class="quiet">The payload is no longer stored.</p>}
        </>
      )}
    </Card>
  );
}
