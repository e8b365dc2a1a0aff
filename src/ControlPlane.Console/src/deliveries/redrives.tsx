import { useState } from 'preact/hooks';
import { DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import { type Redrive, RedriveState } from '../../generated/controlplane/v1/redrive_pb';
import { deliveries } from '../core/api';
import { useAction, usePages, usePoll } from '../core/calls';
import { webhookName } from '../core/names';
import { may, tenant } from '../core/session';
import { count, counted, redriveText, span, stateText } from '../core/text';
import { Confirm } from '../ui/dialog';
import { Form, Text } from '../ui/form';
import { Badge, Busy, Card, Empty, More, Notice, Page, ProblemBox, Time } from '../ui/parts';
import { emptyFilter, type FilterForm, toRequest } from './filter';
import { FilterFields } from './filterFields';

const ended = [DeliveryState.DEAD, DeliveryState.CANCELLED, DeliveryState.SUCCEEDED].map((state) => [String(state), stateText(state)] as const);

export function RedrivesPage() {
  const list = usePages(async (pageToken, signal) => {
    const page = await deliveries.listRedrives({ tenantId: tenant.value, pageToken }, { signal });
    return { items: page.redrives, next: page.nextPageToken };
  }, [tenant.value]);
  return (
    <Page title="Redrives">
      {may('deliveries.write') && <Start done={list.reload} />}
      <ProblemBox problem={list.problem} retry={list.reload} />
      {list.busy && list.items.length === 0 && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && <Empty>Nothing was redriven yet.</Empty>}
      {list.items.map((each) => <RedriveProgress key={each.id} first={each} />)}
      <More {...list} />
    </Page>
  );
}

/** Counts first; what was counted can then be started. */
function Start({ done }: { done: () => void }) {
  const [form, setForm] = useState<FilterForm>({ ...emptyFilter, states: [String(DeliveryState.DEAD)] });
  const [pace, setPace] = useState('100');
  const [matched, setMatched] = useState<number>();
  const action = useAction();
  const set = (change: Partial<FilterForm>) => { setForm({ ...form, ...change }); setMatched(undefined); };
  const run = (validateOnly: boolean) => action.run(async () => {
    const answer = await deliveries.redriveDeliveries({
      ...toRequest(form), tenantId: tenant.value, maxRatePerSecond: Number(pace) || 0, validateOnly,
    });
    setMatched(validateOnly ? answer.count : undefined);
    if (!validateOnly) done();
  });
  return (
    <Card title="Send deliveries again">
      <Form problem={action.problem} busy={action.busy} submit={() => run(true)} label="Count">
        <FilterFields form={form} set={set} states={ended} />
        <Text label="Deliveries per second" name="max_rate_per_second" value={pace} set={setPace} hint="0.1 to 1,000: what the receivers can bear besides what is new." />
      </Form>
      {matched !== undefined && (
        <Notice tone={matched > 0 ? 'good' : 'info'}>
          <p>{matched === 0 ? 'No delivery matches.' : `${counted(matched, 'delivery matches', 'deliveries match')}. At this pace they take ${span(matched / (Number(pace) || 100))}.`}</p>
          {matched > 0 && <button type="button" class="primary" disabled={action.busy} onClick={() => run(false)}>Send {count(matched)} again</button>}
        </Notice>
      )}
    </Card>
  );
}

/** How far a redrive or replay is. */
export function RedriveProgress({ first }: { first: Redrive }) {
  const [of, setOf] = useState(first);
  const [asking, setAsking] = useState(false);
  const action = useAction();
  const running = of.state === RedriveState.RUNNING;
  const refresh = () => action.run(async () => setOf((await deliveries.getRedrive({ redriveId: of.id })).redrive!));
  usePoll(refresh, 1_000, running);
  const through = of.retriedCount + of.skippedCount;
  const { webhookId, eventId, eventTypes, instance, states } = of.filter ?? {};
  const filter = [
    of.replay && (of.replay.onlyMissing ? 'Replay of what is missing' : 'Replay'), of.replay?.filter,
    states?.map(stateText).join(', '), webhookId && webhookName(webhookId), eventId, eventTypes?.join(', '), instance && `instance ${instance}`,
  ].filter(Boolean).join(' · ');
  return (
    <Card title={filter || 'All'} actions={running && may('deliveries.write') && <button type="button" class="small" onClick={() => setAsking(true)}>Cancel</button>}>
      <p>
        <Badge tone={running ? 'info' : of.state === RedriveState.DONE ? 'good' : 'plain'}>{redriveText(of.state)}</Badge>{' '}
        {count(of.retriedCount)} of {count(of.matchedCount)} set going{of.skippedCount > 0 && `, ${count(of.skippedCount)} passed over`}
      </p>
      <progress max={Math.max(1, of.matchedCount)} value={of.matchedCount === 0 ? 1 : through} aria-label="Progress" />
      <p class="quiet"><Time at={of.createTime} /> · {of.maxRatePerSecond || 100} per second · <code>{of.id}</code></p>
      <ProblemBox problem={action.problem} />
      {asking && (
        <Confirm title="Cancel this redrive?" label="Cancel the redrive" close={() => setAsking(false)}
          run={async () => setOf((await deliveries.cancelRedrive({ redriveId: of.id })).redrive!)}>
          <p>What it has set going stays on its way.</p>
        </Confirm>
      )}
    </Card>
  );
}
