import { useState } from 'preact/hooks';
import type { Delivery } from '../../generated/controlplane/v1/delivery_pb';
import type { Webhook } from '../../generated/controlplane/v1/webhook_pb';
import type { PreviewRequestResponse, ProbeWebhookResponse } from '../../generated/controlplane/v1/webhook_service_pb';
import { events, webhooks } from '../core/api';
import { useAction, useCall } from '../core/calls';
import { href } from '../core/router';
import { may } from '../core/session';
import { counted, failureText, millis, pretty, seconds, span, toDuration } from '../core/text';
import { Lifecycle } from '../deliveries/lifecycle';
import { Dialog, SecretOnce } from '../ui/dialog';
import { Area, Choice, Form, Text } from '../ui/form';
import { Badge, Busy, Code, Facts, ProblemBox } from '../ui/parts';
import { dialects } from './draft';
import { algorithms } from './fields';

const encode = (text: string) => new TextEncoder().encode(text);

export function Rotate({ of, close, done }: { of: Webhook; close: () => void; done: () => void }) {
  const [secret, setSecret] = useState('');
  const [grace, setGrace] = useState('86400');
  const [algorithm, setAlgorithm] = useState('0');
  const [made, setMade] = useState('');
  const action = useAction();
  if (made) {
    return <SecretOnce title="Secret rotated" what="new signing secret" secret={made} close={() => { close(); done(); }} />;
  }
  return (
    <Dialog title="Rotate the secret" close={close}>
      <Form problem={action.problem} busy={action.busy} label="Rotate" cancel={close} submit={() => action.run(async () => {
        const answer = await webhooks.rotateSecret({
          webhookId: of.id, secret, etag: of.etag, gracePeriod: toDuration(Number(grace)), signatureAlgorithm: Number(algorithm),
        });
        setMade(answer.secret || secret);
      })}>
        <Choice label="The old secret signs for" name="grace_period" value={grace} set={setGrace}
          options={[['86400', 'one more day'], ['604800', 'seven more days'], ['3600', 'one more hour'], ['0', 'no longer']]}
          hint="Dialects that allow one signature sign with the new secret from now on." />
        <Choice label="Signed with" name="signature_algorithm" value={algorithm} set={setAlgorithm} options={[['0', 'The same as before'], ...algorithms]}
          hint="Both sign meanwhile, so receivers can move from one to the other." />
        <Text label="New secret" name="secret" value={secret} set={setSecret} hint="Empty: the server makes one." />
      </Form>
    </Dialog>
  );
}

export function TestDialog({ of, close, done }: { of: Webhook; close: () => void; done: () => void }) {
  const [type, setType] = useState('');
  const [payload, setPayload] = useState('');
  const [made, setMade] = useState<{ delivery: Delivery; request?: PreviewRequestResponse }>();
  const action = useAction();
  const submit = () => action.run(async () => {
    const answer = await webhooks.testWebhook({ webhookId: of.id, eventType: type, payload: encode(payload) });
    const delivery = answer.delivery!;
    setMade({ delivery });
    done();
    if (!may('events.read')) return;
    const { event } = await events.getEvent({ eventId: delivery.eventId, tenantId: of.tenantId });
    // The request as it was made, but for the time in it.
    const request = await webhooks.previewRequest({ target: { case: 'webhookId', value: of.id }, event });
    setMade({ delivery, request });
  });
  return (
    <Dialog title="Send a test" close={close} wide>
      <Form problem={action.problem} busy={action.busy} submit={submit} label="Send now">
        <Text label="Event type" name="event_type" value={type} set={setType} placeholder="webhook.test" />
        <Area label="Payload" name="payload" value={payload} set={setPayload} hint="JSON. Empty: a small object that says what it is." />
      </Form>
      {made && (
        <div role="status">
          <h3>The answer</h3>
          <Lifecycle of={made.delivery} />
          <p><a href={href(['deliveries', made.delivery.id])}>Open the delivery</a></p>
          {made.request && (
            <>
              <h3>The request, signed as of now</h3>
              <Headers of={made.request} />
              <Code label="body">{pretty(made.request.body)}</Code>
            </>
          )}
        </div>
      )}
    </Dialog>
  );
}

const Headers = ({ of }: { of: PreviewRequestResponse }) => (
  <Code label="headers">{of.headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}</Code>
);

export function Probe({ id, close }: { id: string; close: () => void }) {
  const answer = useCall((signal) => webhooks.probeWebhook({ target: { case: 'webhookId', value: id } }, { signal }), [id]);
  return (
    <Dialog title="Probe the receiver" close={close} wide>
      <p>Connects as sending would, up to the TLS handshake. Nothing is sent.</p>
      <ProblemBox problem={answer.problem} retry={answer.reload} />
      {answer.busy && <Busy what="Connecting" />}
      {answer.value && !answer.busy && <Probed of={answer.value} />}
    </Dialog>
  );
}

function Probed({ of }: { of: ProbeWebhookResponse }) {
  const took = [['Name', of.resolveDuration], ['connection', of.connectDuration], ['handshake', of.handshakeDuration]] as const;
  return (
    <>
      <p role="status">
        {of.failure > 0 ? <Badge tone="bad">{failureText(of.failure)}</Badge> : <Badge tone="good">Reachable</Badge>} {of.failureMessage}
      </p>
      <Facts of={[
        ['Addresses', of.addresses.length === 0 ? '–' : (
          <ul class="plain">{of.addresses.map((each) => <li key={each.address}>{each.address || 'An address'} {each.allowed ? '' : <Badge tone="bad">{each.reason || 'may not be called'}</Badge>}</li>)}</ul>
        )],
        ['Connected to', of.remoteAddress || '–'],
        ['Protocols', [of.tlsProtocol, of.httpVersion].filter(Boolean).join(', ') || '–'],
        ['Took', took.filter(([, time]) => time).map(([name, time]) => `${name} ${span(seconds(time!))}`).join(', ') || '–'],
        ...(of.httpFallback ? [['HTTP/1.1 for now', of.httpFallback] as [string, string]] : []),
        ...(of.clientCertificateSubject ? [['Client certificate', `${of.clientCertificateSubject}, which the receiver asked for`] as [string, string]] : []),
        ...(of.certificateProblem ? [['Certificate', of.certificateProblem] as [string, string]] : []),
      ]} />
      {of.certificates.length > 0 && <h3>Certificates</h3>}
      {of.certificates.map((each, index) => (
        <Facts key={index} of={[
          ['For', each.subject], ['Issued by', each.issuer],
          ['Valid for', each.notAfterTime ? daysLeft(millis(each.notAfterTime)) : '–'],
          ...(each.alternativeNames.length > 0 ? [['Names', each.alternativeNames.join(', ')] as [string, string]] : []),
        ]} />
      ))}
    </>
  );
}

function daysLeft(end: number) {
  const days = Math.floor((end - Date.now()) / 86_400_000);
  return days < 0 ? <Badge tone="bad">expired</Badge> : <Badge tone={days < 14 ? 'warn' : 'good'}>{counted(days, 'more day')}</Badge>;
}

export function Preview({ of, close }: { of: Webhook; close: () => void }) {
  const [dialect, setDialect] = useState('');
  const [type, setType] = useState(of.eventTypes.find((each) => !each.includes('*')) ?? 'message.new');
  const [payload, setPayload] = useState('{"text":"hello"}');
  const [event, setEvent] = useState({ type, payload });
  // The latest choice counts: what was asked before it is given up.
  const answer = useCall((signal) => webhooks.previewRequest({
    target: dialect
      ? { case: 'inline', value: { dialect, secret: exampleSecret } }
      : { case: 'webhookId', value: of.id },
    event: { type: event.type, payload: encode(event.payload) },
  }, { signal }), [dialect, event]);
  const made = answer.value;
  return (
    <Dialog title="Preview a request" close={close} wide>
      <p>The very request that would be sent now. Nothing is sent or stored.</p>
      <Form problem={answer.problem} busy={answer.busy} submit={() => setEvent({ type, payload })} label="Preview">
        <div class="grid">
          <Choice label="Dialect" name="inline.dialect" value={dialect} set={setDialect}
            options={[['', "The webhook's, with its secret"], ...dialects.map((name) => [name, `${name}, with an example secret`] as [string, string])]} />
          <Text label="Event type" name="event.type" value={type} set={setType} />
        </div>
        <Area label="Payload" name="event.payload" value={payload} set={setPayload} />
      </Form>
      {made && (
        <div role="status">
          <h3>{made.method} {made.url}</h3>
          <Headers of={made} />
          <Code label="body">{pretty(made.body)}</Code>
        </div>
      )}
    </Dialog>
  );
}

const exampleSecret = 'whsec_ZXhhbXBsZS1zZWNyZXQtb2YtMzItYnl0ZXMtbG9uZyE=';
