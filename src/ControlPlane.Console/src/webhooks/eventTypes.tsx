import { useState } from 'preact/hooks';
import type { EventType } from '../../generated/controlplane/v1/event_type_pb';
import { webhooks } from '../core/api';
import { useAction, usePages } from '../core/calls';
import { isPlatform, mayForTenant, tenant, tenantOfNew } from '../core/session';
import { Confirm, Dialog } from '../ui/dialog';
import { Area, Check, Form, Text } from '../ui/form';
import { Badge, Busy, Empty, More, Page, ProblemBox, Table } from '../ui/parts';

export function EventTypesPage() {
  const [open, setOpen] = useState<{ type?: EventType } | undefined>();
  const [doomed, setDoomed] = useState<EventType>();
  const [shown, setShown] = useState<EventType>();
  const list = usePages(async (pageToken, signal) => {
    const page = await webhooks.listEventTypes({ tenantId: tenant.value, pageToken, pageSize: 200 }, { signal });
    return { items: page.eventTypes, next: page.nextPageToken };
  }, [tenant.value]);
  return (
    <Page title="Event types" actions={mayForTenant('webhooks.write') && <button type="button" class="primary" onClick={() => setOpen({})}>Add event type</button>}>
      <p class="quiet">What can be subscribed to: your own types first, then those that the dialects' systems are known to send.</p>
      <ProblemBox problem={list.problem} retry={list.reload} />
      {list.items.length > 0 && (
        <Table label="Event types" head={['Event type', 'Description', 'Catalogue', ...(mayForTenant('webhooks.write') ? [<span class="hidden">Actions</span>] : [])]}>
          {list.items.map((each) => (
            <tr key={`${each.tenantId}/${each.dialect}/${each.name}`}>
              <td><code>{each.name}</code> {each.deprecated && <Badge tone="warn">deprecated</Badge>}</td>
              <td class="wide">
                {each.description || '–'}
                {(each.schema || each.examples.length > 0) && <> <button type="button" class="small" aria-label={`Schema of ${each.name}`} onClick={() => setShown(each)}>Schema</button></>}
              </td>
              <td>{each.tenantId ? (isPlatform.value ? each.tenantId : 'own') : each.dialect || 'operational'}</td>
              {mayForTenant('webhooks.write') && (
                <td>{each.tenantId && (
                  <div class="actions">
                    <button type="button" class="small" aria-label={`Edit ${each.name}`} onClick={() => setOpen({ type: each })}>Edit</button>
                    <button type="button" class="small danger" aria-label={`Delete ${each.name}`} onClick={() => setDoomed(each)}>Delete</button>
                  </div>
                )}</td>
              )}
            </tr>
          ))}
        </Table>
      )}
      {list.busy && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && <Empty>There are no event types.</Empty>}
      <More {...list} />
      {shown && <Shape of={shown} close={() => setShown(undefined)} />}
      {open && <Edit of={open.type} close={() => setOpen(undefined)} done={list.reload} />}
      {doomed && (
        <Confirm title={`Delete ${doomed.name}?`} label="Delete the event type" close={() => setDoomed(undefined)}
          run={async () => { await webhooks.deleteEventType({ tenantId: doomed.tenantId, name: doomed.name, etag: doomed.etag }); list.reload(); }}>
          <p>Webhooks that subscribed to it stay as they are.</p>
        </Confirm>
      )}
    </Page>
  );
}

/** What payloads of a type look like. */
const Shape = ({ of, close }: { of: EventType; close: () => void }) => (
  <Dialog title={of.name} close={close}>
    {of.schema && <><h3>Schema, version {of.schemaVersion}</h3><pre tabIndex={0}>{indented(of.schema)}</pre></>}
    {of.examples.map((each) => <div key={each}><h3>Example</h3><pre tabIndex={0}>{indented(each)}</pre></div>)}
  </Dialog>
);

/** JSON laid out for people; what is none stays as it is. */
function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function Edit({ of, close, done }: { of: EventType | undefined; close: () => void; done: () => void }) {
  const [name, setName] = useState(of?.name ?? '');
  const [description, setDescription] = useState(of?.description ?? '');
  const [deprecated, setDeprecated] = useState(of?.deprecated ?? false);
  const [schema, setSchema] = useState(indented(of?.schema ?? ''));
  const [example, setExample] = useState(indented(of?.examples[0] ?? ''));
  const action = useAction();
  const submit = () => action.run(async () => {
    const examples = [example, ...(of?.examples.slice(1) ?? [])].filter((each) => each.trim() !== '');
    const eventType = { name, description, deprecated, schema: schema.trim(), examples, tenantId: of?.tenantId ?? tenantOfNew.value, etag: of?.etag ?? '' };
    if (of) await webhooks.updateEventType({ eventType, updateMask: { paths: ['description', 'deprecated', 'schema', 'examples'] } });
    else await webhooks.createEventType({ eventType });
    close();
    done();
  });
  return (
    <Dialog title={of ? `Edit ${of.name}` : 'Add event type'} close={close}>
      <Form problem={action.problem} busy={action.busy} submit={submit} label={of ? 'Save' : 'Add'} cancel={close}>
        {!of && <Text label="Name" name="event_type.name" value={name} set={setName} placeholder="order.paid" />}
        <Area label="Description" name="event_type.description" value={description} set={setDescription} />
        <Area label="Schema" name="event_type.schema" rows={8} value={schema} set={setSchema} hint="What payloads look like: a JSON Schema of draft 2020-12." />
        <Area label="Example" name="event_type.examples" rows={5} value={example} set={setExample} />
        <Check label="Deprecated: should no longer be used" checked={deprecated} set={setDeprecated} />
      </Form>
    </Dialog>
  );
}
