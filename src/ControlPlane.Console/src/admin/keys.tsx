import { useState } from 'preact/hooks';
import type { ApiKey } from '../../generated/controlplane/v1/admin_pb';
import { admin } from '../core/api';
import { useAction, usePages } from '../core/calls';
import { caller, isPlatform, tenant, tenantOfNew } from '../core/session';
import { fromLocal, millis } from '../core/text';
import { Confirm, Dialog, SecretOnce } from '../ui/dialog';
import { Check, Checks, Form, Text } from '../ui/form';
import { Badge, Busy, Empty, More, Page, ProblemBox, Table, Time } from '../ui/parts';

export function KeysPage() {
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState('');
  const [doomed, setDoomed] = useState<ApiKey>();
  const list = usePages(async (pageToken, signal) => {
    const page = await admin.listApiKeys({ tenantId: tenant.value, pageToken }, { signal });
    return { items: page.apiKeys, next: page.nextPageToken };
  }, [tenant.value]);
  return (
    <Page title="Keys" actions={<button type="button" class="primary" onClick={() => setCreating(true)}>Create key</button>}>
      <ProblemBox problem={list.problem} retry={list.reload} />
      {list.items.length > 0 && (
        <Table label="Keys" head={['Key', 'For', 'May', 'Last used', 'State', <span class="hidden">Actions</span>]}>
          {list.items.map((each) => (
            <tr key={each.id}>
              <td>{each.name || '–'}<div class="quiet"><code>{each.id}</code></div></td>
              <td>{each.platform ? 'every tenant' : each.tenantId}</td>
              <td class="wide">{each.scopes.join(', ')}</td>
              <td><Time at={each.lastUseTime} /></td>
              <td><StateOf key_={each} /></td>
              <td>{!hasEnded(each) && <button type="button" class="small danger" aria-label={`Revoke ${each.name || each.id}`} onClick={() => setDoomed(each)}>Revoke</button>}</td>
            </tr>
          ))}
        </Table>
      )}
      {list.busy && <Busy />}
      {!list.busy && !list.problem && list.items.length === 0 && <Empty>There are no keys here.</Empty>}
      <More {...list} />
      {creating && <Create close={() => setCreating(false)} done={(made) => { setCreating(false); setSecret(made); list.reload(); }} />}
      {secret && <SecretOnce title="Key created" what="key" secret={secret} close={() => setSecret('')} />}
      {doomed && (
        <Confirm title={`Revoke ${doomed.name || doomed.id}?`} label="Revoke the key" close={() => setDoomed(undefined)}
          run={async () => { await admin.revokeApiKey({ apiKeyId: doomed.id }); list.reload(); }}>
          <p>Whoever uses it is refused from now on.{doomed.id === caller.value?.apiKeyId && ' It is the key that you are signed in with.'}</p>
        </Confirm>
      )}
    </Page>
  );
}

const hasExpired = (key: ApiKey) => key.expireTime !== undefined && millis(key.expireTime) <= Date.now();
const hasEnded = (key: ApiKey) => key.revokeTime !== undefined || hasExpired(key);

function StateOf({ key_: key }: { key_: ApiKey }) {
  if (key.revokeTime) return <Badge tone="plain">revoked</Badge>;
  if (hasExpired(key)) return <Badge tone="plain">expired</Badge>;
  return <><Badge tone="good">valid</Badge>{key.expireTime && <span class="quiet"> until <Time at={key.expireTime} /></span>}</>;
}

function Create({ close, done }: { close: () => void; done: (secret: string) => void }) {
  const held = caller.value?.scopes ?? [];
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [platform, setPlatform] = useState(false);
  const [owner, setOwner] = useState(tenantOfNew.value);
  const [expires, setExpires] = useState('');
  const action = useAction();
  const submit = () => action.run(async () => {
    const answer = await admin.createApiKey({
      apiKey: { name, scopes, platform, tenantId: platform ? '' : owner, expireTime: fromLocal(expires) },
    });
    done(answer.secret);
  });
  return (
    <Dialog title="Create key" close={close}>
      <Form problem={action.problem} busy={action.busy} submit={submit} label="Create key" cancel={close}>
        <Text label="Name" name="api_key.name" value={name} set={setName} hint="What it is for." />
        {isPlatform.value && <Check label="For every tenant" checked={platform} set={setPlatform} />}
        {isPlatform.value && !platform && <Text label="Tenant" name="api_key.tenant_id" value={owner} set={setOwner} placeholder="default" />}
        <ScopeChecks held={held} scopes={scopes} set={setScopes} />
        <Text label="Expires" name="api_key.expire_time" type="datetime-local" value={expires} set={setExpires} hint="Empty: never." />
      </Form>
    </Dialog>
  );
}

const ScopeChecks = ({ held, scopes, set }: { held: string[]; scopes: string[]; set: (scopes: string[]) => void }) => (
  <Checks legend="It may" name="api_key.scopes" options={held.map((scope) => [scope, scope] as const)} chosen={scopes} set={set} />
);
