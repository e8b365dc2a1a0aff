import { useState } from 'preact/hooks';
import { admin } from '../core/api';
import { useAction } from '../core/calls';
import { toDuration } from '../core/text';
import { Dialog, SecretOnce } from '../ui/dialog';
import { Check, Choice, Form, Text } from '../ui/form';

const lifetimes: [string, string][] = [['900', '15 minutes'], ['3600', '1 hour'], ['28800', '8 hours'], ['86400', '24 hours']];

/** Makes an address at which somebody of a tenant enters the portal. */
export function PortalLink({ tenantId, close }: { tenantId: string; close: () => void }) {
  const [readOnly, setReadOnly] = useState(false);
  const [ttl, setTtl] = useState('3600');
  const [webhookIds, setWebhookIds] = useState('');
  const [url, setUrl] = useState('');
  const action = useAction();
  if (url) {
    return (
      <SecretOnce title={`Portal of ${tenantId}`} what="address" secret={url} close={close}>
        <p>Whoever has it sees and changes what is {tenantId}'s{readOnly && ', but for the changing'}. It ends by itself, or by revoking its key.</p>
      </SecretOnce>
    );
  }
  return (
    <Dialog title={`Portal of ${tenantId}`} close={close}>
      <Form problem={action.problem} busy={action.busy} label="Make an address" cancel={close} submit={() => action.run(async () => {
        setUrl((await admin.createPortalSession({ tenantId, readOnly, ttl: toDuration(Number(ttl)), webhookIds: webhookIds.split(/[\s,]+/).filter(Boolean) })).url);
      })}>
        <Choice label="Valid for" name="ttl" value={ttl} set={setTtl} options={lifetimes} />
        <Text label="Only these webhooks" name="webhook_ids" value={webhookIds} set={setWebhookIds} hint="Their ids, with spaces between. Empty: all of the tenant's." />
        <Check label="Only look" checked={readOnly} set={setReadOnly} />
      </Form>
    </Dialog>
  );
}
