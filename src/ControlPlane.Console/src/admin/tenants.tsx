import { useState } from 'preact/hooks';
import type { Tenant } from '../../generated/controlplane/v1/admin_pb';
import { admin } from '../core/api';
import { useAction, usePages } from '../core/calls';
import { wrongField } from '../core/problem';
import { chooseTenant } from '../core/session';
import { count, size } from '../core/text';
import { Confirm, Dialog } from '../ui/dialog';
import { Check, Checks, Form, Text } from '../ui/form';
import { Badge, Busy, More, Page, ProblemBox, Table, Time } from '../ui/parts';
import { PortalLink } from './portal';

const features = ['webhooks', 'publish', 'watch', 'event_types', 'custom_dialect'].map((name) => [name, name.replace('_', ' ')] as const);

export function TenantsPage() {
  const [open, setOpen] = useState<{ tenant?: Tenant }>();
  const [doomed, setDoomed] = useState<Tenant>();
  const [visited, setVisited] = useState<Tenant>();
  const list = usePages(async (pageToken, signal) => {
    const page = await admin.listTenants({ pageToken }, { signal });
    return { items: page.tenants, next: page.nextPageToken };
  }, []);
  return (
    <Page title="Tenants" actions={<button type="button" class="primary" onClick={() => setOpen({})}>Create tenant</button>}>
      <ProblemBox problem={list.problem} retry={list.reload} />
      {list.items.length > 0 && (
        <Table label="Tenants" head={['Tenant', 'Limits', 'Created', <span class="hidden">Actions</span>]}>
          {list.items.map((each) => (
            <tr key={each.id}>
              <td><code>{each.id}</code>{each.name && <div class="quiet">{each.name}</div>}</td>
              <td>{limitsOf(each).join(', ') || 'none'}{each.disabledFeatures.length > 0 && <> <Badge tone="warn">without {each.disabledFeatures.join(', ')}</Badge></>}</td>
              <td><Time at={each.createTime} /></td>
              <td>
                <div class="actions">
                  <button type="button" class="small" aria-label={`See alone: ${each.id}`} onClick={() => chooseTenant(each.id)}>See alone</button>
                  <button type="button" class="small" aria-label={`Portal of ${each.id}`} onClick={() => setVisited(each)}>Portal</button>
                  <button type="button" class="small" aria-label={`Edit ${each.id}`} onClick={() => setOpen({ tenant: each })}>Edit</button>
                  {each.id !== 'default' && <button type="button" class="small danger" aria-label={`Delete ${each.id}`} onClick={() => setDoomed(each)}>Delete</button>}
                </div>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {list.busy && <Busy />}
      <More {...list} />
      {visited && <PortalLink tenantId={visited.id} close={() => setVisited(undefined)} />}
      {open && <Edit of={open.tenant} close={() => setOpen(undefined)} done={list.reload} />}
      {doomed && (
        <Confirm title={`Delete ${doomed.id}?`} label="Delete the tenant" close={() => setDoomed(undefined)}
          run={async () => { await admin.deleteTenant({ tenantId: doomed.id, etag: doomed.etag, force: true }); list.reload(); }}>
          <p>Its keys stop working, its webhooks are deleted, and what waits for them is cancelled.</p>
        </Confirm>
      )}
    </Page>
  );
}

const limitsOf = ({ limits }: Tenant): string[] => [
  limits?.maxWebhooks ? `${count(limits.maxWebhooks)} webhooks` : '',
  limits?.publishRatePerSecond ? `${limits.publishRatePerSecond} events per second` : '',
  limits?.maxPayloadBytes ? `payloads of ${size(limits.maxPayloadBytes)}` : '',
].filter(Boolean);

function Edit({ of, close, done }: { of: Tenant | undefined; close: () => void; done: () => void }) {
  const [id, setId] = useState('');
  const [name, setName] = useState(of?.name ?? '');
  const [strict, setStrict] = useState(of?.strictEventTypes ?? false);
  const [schemas, setSchemas] = useState(of?.enforceSchemas ?? false);
  const [disabled, setDisabled] = useState(of?.disabledFeatures ?? []);
  const [limits, setLimits] = useState({
    maxWebhooks: text(of?.limits?.maxWebhooks), publishRatePerSecond: text(of?.limits?.publishRatePerSecond), maxPayloadBytes: text(of?.limits?.maxPayloadBytes),
  });
  const action = useAction();
  const submit = () => action.run(async () => {
    const wrong = Object.entries(limits).find(([, value]) => value.trim() !== '' && !Number.isFinite(Number(value)));
    if (wrong) return action.fail(wrongField(`tenant.limits.${snake(wrong[0])}`, `"${wrong[1]}" is not a number`));
    const tenant = {
      id: of?.id ?? id, name, strictEventTypes: strict, enforceSchemas: schemas, disabledFeatures: disabled, etag: of?.etag ?? '',
      limits: {
        maxWebhooks: Math.trunc(Number(limits.maxWebhooks)), publishRatePerSecond: Number(limits.publishRatePerSecond),
        maxPayloadBytes: Math.trunc(Number(limits.maxPayloadBytes)),
      },
    };
    if (of) await admin.updateTenant({ tenant, updateMask: { paths: ['name', 'strict_event_types', 'enforce_schemas', 'limits', 'disabled_features'] } });
    else await admin.createTenant({ tenant });
    close();
    done();
  });
  const limit = (label: string, field: keyof typeof limits) => (
    <Text label={label} name={`tenant.limits.${snake(field)}`} value={limits[field]} set={(value) => setLimits({ ...limits, [field]: value })} hint="Empty: no limit." />
  );
  return (
    <Dialog title={of ? `Edit ${of.id}` : 'Create tenant'} close={close}>
      <Form problem={action.problem} busy={action.busy} submit={submit} label={of ? 'Save' : 'Create'} cancel={close}>
        {!of && <Text label="Id" name="tenant.id" value={id} set={setId} hint="Lower-case letters, digits, - and _. Empty: the server makes one." />}
        <Text label="Name" name="tenant.name" value={name} set={setName} />
        {limit('Webhooks at most', 'maxWebhooks')}
        {limit('Events per second', 'publishRatePerSecond')}
        {limit('Bytes of a payload', 'maxPayloadBytes')}
        <Check label="Only event types of a catalogue" checked={strict} set={setStrict} />
        <Check label="Only payloads that fit the schema of their event type" checked={schemas} set={setSchemas} />
        <Checks legend="The plan does not have" options={features} chosen={disabled} set={setDisabled} />
      </Form>
    </Dialog>
  );
}

const text = (value: number | undefined) => (value ? String(value) : '');
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
