import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Delivery, DeliveryState, FailureKind } from '../../generated/controlplane/v1/delivery_pb';
import { href } from '../core/router';
import { isPlatform, mayForTenant, tenant, tenantOfNew } from '../core/session';
import { count, failureText, lines, span, stateText, valuesOf } from '../core/text';
import { DeliveryBadge, WebhookLink } from '../ui/badges';
import { Checks, Text } from '../ui/form';
import { Badge, Code, Empty, Page, ProblemBox, Table, Time } from '../ui/parts';
import { Board } from './board';
import { Chart } from './chart';
import { Feed, type FeedState } from './feed';

/** What publishes an event from a shell; the payload is base64 of {"order":1}. */
const publishing = () => `# An event, with your API key in $KEY
curl ${location.origin}/v1/events -H "authorization: Bearer $KEY" -H 'content-type: application/json' \\
  -d '${JSON.stringify({ event: { tenantId: tenantOfNew.value || undefined, type: 'order.created', payload: btoa('{"order":1}') } })}'`;

const states = valuesOf(DeliveryState).map((value) => [String(value), stateText(value)] as const);
const words: Record<FeedState, [tone: string, text: string]> = {
  connecting: ['plain', 'Connecting'],
  live: ['good', 'Live'],
  behind: ['warn', 'Behind'],
  reconnecting: ['warn', 'Reconnecting'],
  stopped: ['bad', 'Stopped'],
};

export function LivePage() {
  const filter = useSignal({ states: [] as string[], types: '', webhook: '', instance: '' });
  const settled = useSignal(filter.value);
  useEffect(() => {
    const timer = setTimeout(() => { settled.value = filter.value; }, 400);
    return () => clearTimeout(timer);
  }, [filter.value]);
  const board = useMemo(() => new Board(new Feed({
    tenantId: tenant.value,
    webhookId: settled.value.webhook.trim(),
    instance: settled.value.instance,
    eventTypes: lines(settled.value.types.replaceAll(',', '\n')),
    states: settled.value.states.map(Number),
  })), [tenant.value, settled.value]);
  useEffect(() => () => board.end(), [board]);

  const set = (change: Partial<typeof filter.value>) => { filter.value = { ...filter.value, ...change }; };
  // Until a changed filter takes effect, what is live is not what was asked for.
  const [tone, text] = words[settled.value === filter.value ? board.feed.state.value : 'connecting'];
  const paused = board.paused.value;
  return (
    <Page title="Live" actions={
      <>
        <span role="status"><Badge tone={tone}>{text}</Badge></span>
        <button type="button" aria-pressed={paused} onClick={() => board.pause(!paused)}>{paused ? 'Resume' : 'Pause'}</button>
      </>
    }>
      <details class="filters" open={innerWidth > 700}>
        <summary>Filter</summary>
        <div class="grid">
          <Text label="Event types" name="event_types" value={filter.value.types} set={(types) => set({ types })} placeholder="message.*, order.paid" />
          <Text label="Webhook" name="webhook_id" value={filter.value.webhook} set={(webhook) => set({ webhook })} placeholder="wh_…" />
          <Text label="Instance" name="instance" value={filter.value.instance} set={(instance) => set({ instance })} />
        </div>
        <Checks legend="States" options={states} chosen={filter.value.states} set={(chosen) => set({ states: chosen })} />
      </details>
      <ProblemBox problem={board.feed.problem.value} />
      <Summary board={board} />
      <Notes feed={board.feed} />
      <Rows board={board} />
    </Page>
  );
}

function Summary({ board }: { board: Board }) {
  const { changes, delivered, retrying, failed } = board.totals.value;
  const took = (value: number | undefined) => (value === undefined ? '–' : span(value));
  return (
    <section class="card" aria-label="Totals since the page was opened">
      <dl class="totals">
        <div><dt>Changes</dt><dd>{count(changes)}</dd></div>
        <div class="delivered"><dt>Delivered</dt><dd>{count(delivered)}</dd></div>
        <div class="retrying"><dt>To be retried</dt><dd>{count(retrying)}</dd></div>
        <div class="failed"><dt>Given up</dt><dd>{count(failed)}</dd></div>
        <div><dt>Accepted to delivered, p50</dt><dd>{took(board.p50.value)}</dd></div>
        <div><dt>p99</dt><dd>{took(board.p99.value)}</dd></div>
      </dl>
      <Chart bars={board.seconds.value} what="The last minute" />
      <p class="quiet chart-label"><span>1 min ago</span><span>now</span></p>
    </section>
  );
}

const Notes = ({ feed }: { feed: Feed }) => (
  <div role="log" aria-label="What happened to the connection">
    {feed.notes.value.length > 0 && (
      <ul class="notes">{feed.notes.value.map((note) => <li key={note.time + note.text}>{note.text}</li>)}</ul>
    )}
  </div>
);

function Rows({ board }: { board: Board }) {
  const rows = board.rows.value;
  return (
    <>
      {board.sampledOf.value > 0 && (
        <p class="notice info">{count(board.sampledOf.value)} changes per second: a sample is shown, all are counted.</p>
      )}
      {board.paused.value && <p class="notice info">Paused: counting goes on, the list stands still.</p>}
      {rows.length === 0
        ? (
          <>
            <Empty>Nothing has changed since this page was opened. What is published now shows up here.</Empty>
            {mayForTenant('events.publish') && <Code label="how to publish">{publishing()}</Code>}
          </>
        )
        : (
          <Table label="Deliveries as they change" head={['Changed', 'State', 'Event type', ...(isPlatform.value ? ['Tenant'] : []), 'Webhook', 'Attempts', 'Last answer']}>
            {rows.map((row) => <Row key={row.id} of={row} />)}
          </Table>
        )}
    </>
  );
}

const Row = ({ of }: { of: Delivery }) => (
  <tr>
    <td><a href={href(['deliveries', of.id])}><Time at={of.updateTime} exact /></a></td>
    <td><DeliveryBadge state={of.state} /></td>
    <td>{of.eventType}{of.instance && <span class="quiet"> {of.instance}</span>}</td>
    {isPlatform.value && <td>{of.tenantId}</td>}
    <td><WebhookLink id={of.webhookId} /></td>
    <td class="number">{of.attemptCount}</td>
    <td>{lastAnswer(of)}</td>
  </tr>
);

export const lastAnswer = ({ lastStatusCode, lastFailure }: Delivery) =>
  [
    lastStatusCode > 0 && String(lastStatusCode),
    lastFailure > 0 && !(lastStatusCode > 0 && lastFailure === FailureKind.HTTP_STATUS) && failureText(lastFailure),
  ].filter(Boolean).join(' · ') || '–';
