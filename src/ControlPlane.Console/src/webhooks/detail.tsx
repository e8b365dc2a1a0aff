import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import { SignatureAlgorithm, type Webhook, WebhookState } from '../../generated/controlplane/v1/webhook_pb';
import { deliveries, webhooks } from '../core/api';
import { useAction, useCall } from '../core/calls';
import { forgetNames } from '../core/names';
import { go, href } from '../core/router';
import { isPlatform, may } from '../core/session';
import { seconds, span } from '../core/text';
import { DeliveryTable } from '../deliveries/list';
import { WebhookBadge } from '../ui/badges';
import { Confirm } from '../ui/dialog';
import { Busy, Card, Empty, Facts, Notice, Page, ProblemBox, Time } from '../ui/parts';
import { hasSamples, ReceiverCode } from './receiverCode';
import { dialectOf } from './list';
import { Replay } from './replay';
import { Stats } from './stats';
import { Preview, Probe, Rotate, TestDialog } from './trials';

type Open = 'rotate' | 'replay' | 'test' | 'probe' | 'preview' | 'code' | 'delete' | '';

export function WebhookPage({ id }: { id: string }) {
  const answer = useCall(async (signal) => (await webhooks.getWebhook({ webhookId: id }, { signal })).webhook!, [id]);
  const [round, setRound] = useState(0);
  const of = answer.value;
  const done = () => { answer.reload(); setRound((last) => last + 1); };
  return (
    <Page title={of?.name || 'Webhook'} actions={of && may('webhooks.write') && <Buttons of={of} done={done} />}>
      <ProblemBox problem={answer.problem} retry={answer.reload} />
      {!of && answer.busy && <Busy />}
      {of && <Settings of={of} />}
      {of && may('deliveries.read') && <Stats of={of} round={round} />}
      {of && may('deliveries.read') && <Recent of={of} round={round} />}
    </Page>
  );
}

function Buttons({ of, done }: { of: Webhook; done: () => void }) {
  const [open, setOpen] = useState<Open>('');
  const enable = useAction();
  const close = () => setOpen('');
  const enabled = of.state === WebhookState.ACTIVE;
  const toggle = () => enable.run(async () => {
    await webhooks.updateWebhook({ webhook: { id: of.id, enabled: !enabled }, updateMask: { paths: ['enabled'] } });
    done();
  });
  const button = (name: Open, text: string) => <button type="button" onClick={() => setOpen(name)}>{text}</button>;
  return (
    <>
      <a class="button primary" href={href(['webhooks', of.id, 'edit'])}>Edit</a>
      {button('test', 'Test')}
      {button('probe', 'Probe')}
      {button('preview', 'Preview')}
      {hasSamples(of.dialect) && button('code', 'Receiver code')}
      {may('deliveries.write') && may('deliveries.read') && button('replay', 'Replay events')}
      {button('rotate', 'Rotate secret')}
      <button type="button" disabled={enable.busy} onClick={toggle}>{enabled ? 'Disable' : 'Enable'}</button>
      <button type="button" class="danger" onClick={() => setOpen('delete')}>Delete</button>
      <ProblemBox problem={enable.problem} />
      {open === 'rotate' && <Rotate of={of} close={close} done={done} />}
      {open === 'replay' && <Replay of={of} close={close} done={done} />}
      {open === 'test' && <TestDialog of={of} close={close} done={done} />}
      {open === 'probe' && <Probe id={of.id} close={close} />}
      {open === 'preview' && <Preview of={of} close={close} />}
      {open === 'code' && <ReceiverCode dialect={of.dialect} ed25519={of.signatureAlgorithm === SignatureAlgorithm.ED25519} close={close} />}
      {open === 'delete' && (
        <Confirm title="Delete this webhook?" label="Delete the webhook" close={close}
          run={async () => { await webhooks.deleteWebhook({ webhookId: of.id, etag: of.etag }); forgetNames(); go(href(['webhooks'])); }}>
          <p>Nothing more is sent to it, and what waits for it is cancelled. Its past deliveries stay listed.</p>
        </Confirm>
      )}
    </>
  );
}

const Settings = ({ of }: { of: Webhook }) => (
  <>
    {of.state === WebhookState.SUSPENDED && <Notice tone="warn">The server has suspended this webhook. Enabling it releases what waits.</Notice>}
    <Card>
      <Facts of={[
        ['State', <WebhookBadge of={of} />],
        ['URL', <code class="break">{of.url}</code>],
        ['Event types', of.eventTypes.join(', ')],
        ...(of.instances.length > 0 ? [['Instances', of.instances.join(', ')] as [string, string]] : []),
        ...(Object.keys(of.matchLabels).length > 0 ? [['Labels', Object.entries(of.matchLabels).map(([name, value]) => `${name}=${value}`).join(', ')] as [string, string]] : []),
        ...(of.filter ? [['Filter', <code class="break">{of.filter}</code>] as [string, ComponentChildren]] : []),
        ['Dialect', dialectOf(of) + (of.additionalDialect ? `, and ${of.additionalDialect}` : '')],
        ...(of.clientCertificate?.certificates[0] ? [['Client certificate', <>
          <code class="break">{of.clientCertificate.certificates[0].subject}</code>, until <Time at={of.clientCertificate.certificates[0].notAfterTime} />
        </>] as [string, ComponentChildren]] : []),
        ...(of.oauth2 ? [['OAuth 2.0', <><code class="break">{of.oauth2.clientId}</code> at <code class="break">{of.oauth2.tokenUrl}</code></>] as [string, ComponentChildren]] : []),
        ['Retries', retries(of)],
        ['Timeout', of.timeout ? span(seconds(of.timeout)) : '15 s'],
        ...(of.description ? [['Description', of.description] as [string, string]] : []),
        ...(of.externalId ? [['Your own id', of.externalId] as [string, string]] : []),
        ...(isPlatform.value ? [['Tenant', of.tenantId] as [string, string]] : []),
        ['Id', <code>{of.id}</code>],
        ['Created', <Time at={of.createTime} />],
        ['Changed', <Time at={of.updateTime} />],
        ['Secrets', <ul class="plain">{of.secrets.map((each) => (
          <li key={each.id}>
            <code>{each.hint}</code>{each.expireTime && <> signs until <Time at={each.expireTime} /></>}
            {each.publicKey && <>, public key <code class="break">{each.publicKey}</code></>}
          </li>
        ))}</ul>],
      ]} />
    </Card>
  </>
);

function retries({ retryPolicy: policy }: Webhook): string {
  const most = policy?.maxAttempts ? `, ${policy.maxAttempts} attempts at most` : '';
  switch (policy?.backoff.case) {
    case 'exponential': return `growing delays${most}`;
    case 'fixed': return `every ${span(seconds(policy.backoff.value.delay!))}${most}`;
    case 'schedule': return `after ${policy.backoff.value.delays.map((each) => span(seconds(each))).join(', ')}${most}`;
    default: return `${policy?.preset || 'standard'}${most}`;
  }
}

/** How the latest deliveries went, newest last, and the list of the first of them. */
function Recent({ of, round }: { of: Webhook; round: number }) {
  const answer = useCall(async (signal) => (await deliveries.listDeliveries(
    { webhookId: of.id, tenantId: isPlatform.value ? of.tenantId : '', pageSize: 100 }, { signal })).deliveries, [of.id, round]);
  const found = answer.value ?? [];
  const all = found.filter(({ state }) => state >= DeliveryState.SUCCEEDED && state !== DeliveryState.CANCELLED);
  const delivered = all.filter(({ state }) => state === DeliveryState.SUCCEEDED).length;
  return (
    <Card title="Latest deliveries" actions={
      <>
        <button type="button" class="small" onClick={answer.reload} disabled={answer.busy}>Refresh</button>
        <a href={href(['deliveries'], { webhook: of.id })}>All</a>
      </>
    }>
      <ProblemBox problem={answer.problem} />
      {!answer.value && answer.busy && <Busy />}
      {answer.value && found.length === 0 && <Empty>Nothing was sent to it yet.</Empty>}
      {found.length > 0 && (
        <>
          <ol class="strip" aria-label="The latest deliveries, oldest first">
            {[...found].reverse().map((each) => (
              <li key={each.id} class={DeliveryState[each.state]!.toLowerCase()}><span class="hidden">{DeliveryState[each.state]!.toLowerCase()}</span></li>
            ))}
          </ol>
          {all.length > 0 && <p>{Math.floor((100 * delivered) / all.length)} % of the last {all.length} that ended were delivered.</p>}
          <DeliveryTable rows={found.slice(0, 10)} ofWebhook />
        </>
      )}
    </Card>
  );
}
