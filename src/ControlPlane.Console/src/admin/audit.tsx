import { useState } from 'preact/hooks';
import { AuditAction, type AuditChange, type AuditEvent, AuditActorType } from '../../generated/controlplane/v1/audit_pb';
import { admin } from '../core/api';
import { usePages } from '../core/calls';
import { go, href, place } from '../core/router';
import { tenant } from '../core/session';
import { auditActionText, fromLocal } from '../core/text';
import { Form, Text } from '../ui/form';
import { Busy, Empty, More, Page, Table, Time } from '../ui/parts';

const fields = ['actor', 'type', 'resource', 'method', 'after', 'before'] as const;
type Filter = Record<(typeof fields)[number], string>;
const emptyFilter: Filter = { actor: '', type: '', resource: '', method: '', after: '', before: '' };

export function AuditPage() {
  const { query } = place.value;
  const asked = Object.fromEntries(fields.map((name) => [name, query.get(name) ?? ''])) as Filter;
  const [form, setForm] = useState<Filter>(asked);
  const list = usePages(async (pageToken, signal) => {
    const page = await admin.listAuditEvents({
      tenantId: tenant.value, pageToken, pageSize: 50, actorId: asked.actor, resourceType: asked.type, resourceId: asked.resource,
      method: asked.method, createdAfter: fromLocal(asked.after), createdBefore: fromLocal(asked.before),
    }, { signal });
    return { items: page.auditEvents, next: page.nextPageToken };
  }, [query.toString(), tenant.value]);
  const set = (change: Partial<Filter>) => setForm({ ...form, ...change });
  const search = (filter: Filter) => {
    const address = href(['audit'], Object.fromEntries(Object.entries(filter).filter(([, value]) => value)));
    if (address === location.hash) list.reload();
    else go(address);
  };
  return (
    <Page title="Audit">
      <details class="filters" open={innerWidth > 700 || query.toString() !== ''}>
        <summary>Filter</summary>
        <Form problem={list.problem} busy={list.busy} label="Search" submit={() => search(form)}
          cancel={query.toString() ? () => { setForm(emptyFilter); search(emptyFilter); } : undefined} cancelLabel="Clear">
          <div class="grid">
            <Text label="Actor" name="actor_id" value={form.actor} set={(actor) => set({ actor })} placeholder="key_…" />
            <Text label="Resource" name="resource_id" value={form.resource} set={(resource) => set({ resource })} placeholder="wh_…" />
            <Text label="Kind of resource" name="resource_type" value={form.type} set={(type) => set({ type })} placeholder="webhook" />
            <Text label="Method" name="method" value={form.method} set={(method) => set({ method })} placeholder="UpdateWebhook" />
            <Text label="From" name="created_after" type="datetime-local" value={form.after} set={(after) => set({ after })} />
            <Text label="Before" name="created_before" type="datetime-local" value={form.before} set={(before) => set({ before })} />
          </div>
        </Form>
      </details>
      {list.items.length > 0 && (
        <Table label="Audit log" head={['Time', 'What', 'Resource', 'Who', 'From', 'Changes']}>
          {list.items.map((entry) => <Row key={`${entry.time?.seconds}.${entry.time?.nanos}`} entry={entry} />)}
        </Table>
      )}
      {list.busy && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && (
        <Empty>{list.next ? 'None among those looked at so far.' : query.toString() ? 'No entry matches the filter.' : 'Nothing was changed yet.'}</Empty>
      )}
      <More {...list} />
    </Page>
  );
}

const Row = ({ entry }: { entry: AuditEvent }) => (
  <tr>
    <td><Time at={entry.time} exact /></td>
    <td>{auditActionText(entry.action as AuditAction)}<div class="quiet">{entry.method}</div></td>
    <td>{entry.resourceType}<div class="quiet"><code>{entry.resourceId}</code></div></td>
    <td>{entry.actor?.type === AuditActorType.SERVER ? 'the server' : <>{entry.actor?.name || '–'}<div class="quiet"><code>{entry.actor?.id}</code></div></>}</td>
    <td>{entry.door || '–'}<div class="quiet">{entry.peerAddress}</div></td>
    <td class="wide"><Changes changes={entry.changes} /></td>
  </tr>
);

/** Many are folded: a row as high as the screen hides the others. */
const Changes = ({ changes }: { changes: AuditChange[] }) => {
  const rows = changes.map((change) => <Change key={change.field} {...change} />);
  return changes.length > 4 ? <details><summary>{changes.length} fields</summary>{rows}</details> : <>{rows}</>;
};

const Change = ({ field, oldValue, newValue }: AuditChange) => (
  <div><code>{field}</code>{oldValue && <> {oldValue} →</>}{newValue ? <> {newValue}</> : oldValue && ' none'}</div>
);
