import { useState } from 'preact/hooks';
import type { Webhook } from '../../generated/controlplane/v1/webhook_pb';
import { webhooks } from '../core/api';
import { useAction, useCall } from '../core/calls';
import { forgetNames } from '../core/names';
import { go, href } from '../core/router';
import { tenantOfNew } from '../core/session';
import { SecretOnce } from '../ui/dialog';
import { Choice, Form, Text } from '../ui/form';
import { Busy, Card, Page, ProblemBox } from '../ui/parts';
import { changedPaths, type Draft, draftOf, emptyDraft, webhookOf } from './draft';
import { algorithms, BasicFields, MoreFields } from './fields';

export function NewWebhookPage() {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [made, setMade] = useState<{ id: string; secret: string }>();
  // Of the form, so that sending it twice makes one webhook; another content needs another.
  const [requestId, setRequestId] = useState(newId);
  const action = useAction();
  const set = (change: Partial<Draft>) => { setDraft({ ...draft, ...change }); setRequestId(newId()); };
  const submit = () => action.run(async () => {
    const read = webhookOf(draft);
    if ('problem' in read) return action.fail(read.problem);
    const answer = await webhooks.createWebhook({ webhook: { ...read.webhook, tenantId: tenantOfNew.value }, secret: draft.secret, requestId });
    const id = answer.webhook!.id;
    forgetNames();
    if (answer.secret) setMade({ id, secret: answer.secret });
    else go(href(['webhooks', id]));
  });
  return (
    <Page title="Create webhook">
      <Card>
        <Form problem={action.problem} busy={action.busy} submit={submit} label="Create webhook" cancel={() => go(href(['webhooks']))}>
          {tenantOfNew.value && <p class="quiet">For the tenant <code>{tenantOfNew.value}</code>.</p>}
          <BasicFields draft={draft} set={set} />
          <details>
            <summary>More settings</summary>
            <Choice label="Signed with" name="webhook.signature_algorithm" value={draft.signatureAlgorithm} set={(signatureAlgorithm) => set({ signatureAlgorithm })}
              options={[['0', 'What the signing secret is, or a shared one'], ...algorithms]} hint="Key pairs: standard-webhooks, svix and wazapin." />
            <Text label="Signing secret" name="secret" value={draft.secret} set={(secret) => set({ secret })} hint="Empty: the server makes one." />
            <MoreFields draft={draft} set={set} />
          </details>
        </Form>
      </Card>
      {made && (
        <SecretOnce title="Webhook created" what="signing secret" secret={made.secret} close={() => go(href(['webhooks', made.id]))}>
          <p>The receiver verifies with it that requests come from here.</p>
        </SecretOnce>
      )}
    </Page>
  );
}

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export function EditWebhookPage({ id }: { id: string }) {
  const answer = useCall(async (signal) => (await webhooks.getWebhook({ webhookId: id }, { signal })).webhook!, [id]);
  return (
    <Page title="Edit webhook">
      <ProblemBox problem={answer.problem} retry={answer.reload} />
      {answer.busy && <Busy />}
      {answer.value && !answer.busy && <Edit key={answer.value.etag} of={answer.value} reload={answer.reload} />}
    </Page>
  );
}

function Edit({ of, reload }: { of: Webhook; reload: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(of));
  const action = useAction();
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const submit = () => action.run(async () => {
    const read = webhookOf(draft, of);
    if ('problem' in read) return action.fail(read.problem);
    // An empty choice keeps a custom dialect.
    const paths = draft.dialect ? [...changedPaths, 'dialect'] : changedPaths;
    await webhooks.updateWebhook({ webhook: { ...read.webhook, id: of.id, etag: of.etag }, updateMask: { paths } });
    forgetNames();
    go(href(['webhooks', of.id]));
  });
  return (
    <Card>
      <Form problem={action.problem} busy={action.busy} submit={submit} label="Save" cancel={() => go(href(['webhooks', of.id]))}>
        {action.problem?.reason === 'ETAG_MISMATCH' && (
          <p class="notice warn">Somebody else changed the webhook meanwhile. <button type="button" onClick={reload}>Load it anew</button></p>
        )}
        <BasicFields draft={draft} set={set} custom={of.customDialect?.name} />
        <details>
          <summary>More settings</summary>
          <MoreFields draft={draft} set={set} />
        </details>
      </Form>
    </Card>
  );
}
