import { Checks, Text } from '../ui/form';
import type { FilterForm } from './filter';

/** The fields that filters of lists and of redrives have in common. */
export function FilterFields({ form, set, states }: {
  form: FilterForm; set: (change: Partial<FilterForm>) => void; states: (readonly [string, string])[];
}) {
  return (
    <>
      <Checks legend="States" options={states} chosen={form.states} set={(chosen) => set({ states: chosen })} />
      <div class="grid">
        <Text label="Event types" name="event_types" value={form.types} set={(types) => set({ types })} placeholder="message.*, order.paid" />
        <Text label="Webhook" name="webhook_id" value={form.webhook} set={(webhook) => set({ webhook })} placeholder="wh_…" />
        <Text label="Event" name="event_id" value={form.event} set={(event) => set({ event })} placeholder="evt_…" />
        <Text label="Instance" name="instance" value={form.instance} set={(instance) => set({ instance })} />
        <Text label="Accepted from" name="created_after" type="datetime-local" value={form.after} set={(after) => set({ after })} />
        <Text label="Accepted before" name="created_before" type="datetime-local" value={form.before} set={(before) => set({ before })} />
      </div>
    </>
  );
}
