import { useState } from 'preact/hooks';
import type { Redrive } from '../../generated/controlplane/v1/redrive_pb';
import type { Webhook } from '../../generated/controlplane/v1/webhook_pb';
import { deliveries } from '../core/api';
import { useAction } from '../core/calls';
import { count, counted, fromLocal, lines, span } from '../core/text';
import { RedriveProgress } from '../deliveries/redrives';
import { Dialog } from '../ui/dialog';
import { Check, Form, Text } from '../ui/form';
import { Notice } from '../ui/parts';

/** Sends a webhook what was published before: counts first, then shows how far it is. */
export function Replay({ of, close, done }: { of: Webhook; close: () => void; done: () => void }) {
  const [types, setTypes] = useState('');
  const [instance, setInstance] = useState('');
  const [after, setAfter] = useState('');
  const [before, setBefore] = useState('');
  const [filter, setFilter] = useState('');
  const [all, setAll] = useState(false);
  const [pace, setPace] = useState('100');
  const [matched, setMatched] = useState<number>();
  const [started, setStarted] = useState<Redrive>();
  const action = useAction();
  const changing = <T,>(set: (value: T) => void) => (value: T) => { set(value); setMatched(undefined); };
  const run = (validateOnly: boolean) => action.run(async () => {
    const answer = await deliveries.replayEvents({
      webhookId: of.id, eventTypes: lines(types.replaceAll(',', '\n')), instance, createdAfter: fromLocal(after), createdBefore: fromLocal(before),
      filter, onlyMissing: !all, maxPerSecond: Number(pace) || 0, validateOnly,
    });
    setMatched(validateOnly ? answer.count : undefined);
    if (!validateOnly) setStarted((await deliveries.getRedrive({ redriveId: answer.redriveId })).redrive);
  });
  const end = () => { close(); if (started) done(); };
  return (
    <Dialog title="Replay events" close={end} wide>
      {started ? (
        <>
          <RedriveProgress first={started} />
          <p class="quiet">It goes on when this is closed: Redrives shows it too.</p>
        </>
      ) : (
        <>
          <p>Sends this webhook the events published before that it wants as it is now and never got. Their payloads must still be stored.</p>
          <Form problem={action.problem} busy={action.busy} submit={() => run(true)} label="Count">
            <div class="grid">
              <Text label="Event types" name="event_types" value={types} set={changing(setTypes)} placeholder="message.*, order.paid" hint="Empty: all that it wants." />
              <Text label="Instance" name="instance" value={instance} set={changing(setInstance)} />
              <Text label="Accepted from" name="created_after" type="datetime-local" value={after} set={changing(setAfter)} />
              <Text label="Accepted before" name="created_before" type="datetime-local" value={before} set={changing(setBefore)} />
              <Text label="Filter" name="filter" value={filter} set={changing(setFilter)} placeholder="event.payload.total > 100.0" />
              <Text label="Deliveries per second" name="max_per_second" value={pace} set={setPace} hint="0.1 to 1,000." />
            </div>
            <Check label="Also events that it got" checked={all} set={changing(setAll)} />
          </Form>
          {matched !== undefined && (
            <Notice tone={matched > 0 ? 'good' : 'info'}>
              <p>{matched === 0 ? 'No event matches.' : `${counted(matched, 'event matches', 'events match')}. At this pace they take ${span(matched / (Number(pace) || 100))}.`}</p>
              {matched > 0 && <button type="button" class="primary" disabled={action.busy} onClick={() => run(false)}>Send {count(matched)}</button>}
            </Notice>
          )}
        </>
      )}
    </Dialog>
  );
}
