import { useState } from 'preact/hooks';
import { HeadOfLine, OnFilterError, SignatureAlgorithm, WhileInactive } from '../../generated/controlplane/v1/webhook_pb';
import { webhooks } from '../core/api';
import { useCall } from '../core/calls';
import { tenant } from '../core/session';
import { lines } from '../core/text';
import { Area, Check, Choice, Text } from '../ui/form';
import { dialects, type Draft } from './draft';

const backoffs: [string, string][] = [
  ['standard', 'Standard: 10 attempts over 3 days'], ['wawp', 'wawp: every 2 s, 16 attempts'], ['wahooks', 'wahooks: 6 attempts in 3 min'],
  ['gowa', 'gowa: 3 attempts in 6 s'], ['exponential', 'Growing delays'], ['fixed', 'Equal delays'], ['schedule', 'Listed delays'],
];
const whileInactive: [string, string][] = [[String(WhileInactive.HOLD), 'Keep them until it is enabled'], [String(WhileInactive.SKIP), 'Do not send them']];

export const algorithms: [string, string][] = [
  [String(SignatureAlgorithm.DIALECT), 'A secret that you share with the receiver'],
  [String(SignatureAlgorithm.ED25519), 'A key pair: the receiver gets the public key'],
];

export interface FieldsProps {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

/** What every webhook needs. */
export function BasicFields({ draft, set, custom }: FieldsProps & { custom?: string | undefined }) {
  const options = dialects.map((name) => [name, name] as [string, string]);
  return (
    <>
      <Text label="Name" name="webhook.name" value={draft.name} set={(name) => set({ name })} hint="For people. Can be empty." />
      <Text label="URL" name="webhook.url" type="url" value={draft.url} set={(url) => set({ url })} placeholder="https://example.com/hook" />
      <Area label="Event types" name="webhook.event_types" value={draft.eventTypes} set={(eventTypes) => set({ eventTypes })}
        hint={<>One a line: exact (<code>message.new</code>), a prefix (<code>message.*</code>) or <code>*</code> for every type.</>} />
      <Catalogue draft={draft} set={set} />
      <Choice label="Dialect" name="webhook.dialect" value={draft.dialect} set={(dialect) => set({ dialect })}
        options={custom ? [['', `Keep the custom one: ${custom}`], ...options] : options} hint="How requests are signed and shaped." />
    </>
  );
}

/** Adds event types by choosing them. */
function Catalogue({ draft, set }: FieldsProps) {
  const types = useCall(async (signal) => (await webhooks.listEventTypes({ tenantId: tenant.value, pageSize: 1000 }, { signal })).eventTypes, []);
  const [chosen, setChosen] = useState('');
  const names = [...new Set((types.value ?? []).filter((type) => !type.deprecated).map((type) => type.name))];
  if (names.length === 0) return null;
  const has = lines(draft.eventTypes);
  return (
    <div class="add">
      <Choice label="From the catalogue" name="" value={chosen} set={setChosen}
        options={[['', 'Choose an event type'], ...names.map((name) => [name, name] as [string, string])]} />
      <button type="button" disabled={!chosen || has.includes(chosen)} onClick={() => { set({ eventTypes: [...has, chosen].join('\n') }); setChosen(''); }}>
        Add
      </button>
    </div>
  );
}

/** What most webhooks leave as it is. */
export const MoreFields = ({ draft, set }: FieldsProps) => (
  <>
    <div class="grid">
      <Choice label="Retries" name="webhook.retry_policy" value={draft.backoff} set={(backoff) => set({ backoff })} options={backoffs} />
      <Text label="Attempts at most" name="webhook.retry_policy.max_attempts" value={draft.maxAttempts} set={(maxAttempts) => set({ maxAttempts })} hint="Empty: as the retries say." />
      <Delays draft={draft} set={set} />
      <Text label="Timeout in seconds" name="webhook.timeout" value={draft.timeout} set={(timeout) => set({ timeout })} />
      <Text label="Requests at once" name="webhook.max_in_flight" value={draft.maxInFlight} set={(maxInFlight) => set({ maxInFlight })} hint="Empty: 32." />
      <Text label="Attempts per second" name="webhook.max_rate_per_second" value={draft.maxRate} set={(maxRate) => set({ maxRate })} hint="Empty: no limit." />
      <Choice label="Events while suspended" name="webhook.while_suspended" value={draft.whileSuspended} set={(whileSuspended) => set({ whileSuspended })} options={whileInactive} />
      <Choice label="Events while disabled" name="webhook.while_disabled" value={draft.whileDisabled} set={(whileDisabled) => set({ whileDisabled })} options={whileInactive} />
      <Choice label="When one of an ordering key fails" name="webhook.head_of_line" value={draft.headOfLine} set={(headOfLine) => set({ headOfLine })}
        options={[[String(HeadOfLine.BLOCK), 'Later ones wait for it'], [String(HeadOfLine.PARK), 'Later ones go on']]} />
      <Choice label="Second dialect" name="webhook.additional_dialect" value={draft.additionalDialect} set={(additionalDialect) => set({ additionalDialect })}
        options={[['', 'None'], ...dialects.map((name) => [name, name] as [string, string])]} hint="Adds its headers, for receivers that move." />
      <Text label="Your own id" name="webhook.external_id" value={draft.externalId} set={(externalId) => set({ externalId })} />
    </div>
    <Area label="Instances" name="webhook.instances" value={draft.instances} set={(instances) => set({ instances })} hint="One a line. Empty: every instance." />
    <Area label="Labels that events must have" name="webhook.match_labels" value={draft.matchLabels} set={(matchLabels) => set({ matchLabels })}
      hint={<>One a line: <code>channel=a,b</code> is an event whose label <code>channel</code> lists <code>a</code> or <code>b</code>. Empty: any event.</>} />
    <Area label="Filter" name="webhook.filter" value={draft.filter} set={(filter) => set({ filter })} rows={2}
      hint={<>An expression in CEL, such as <code>event.payload.amount &gt; 100</code>. Empty: any event.</>} />
    <Choice label="Events for which the filter cannot be evaluated" name="webhook.on_filter_error" value={draft.onFilterError} set={(onFilterError) => set({ onFilterError })}
      options={[[String(OnFilterError.DELIVER), 'Send them'], [String(OnFilterError.SKIP), 'Do not send them']]} />
    <Area label="Request headers" name="webhook.headers" value={draft.headers} set={(headers) => set({ headers })} hint={<>One a line: <code>Name: value</code>.</>} />
    <Check label="Send traceparent" checked={draft.sendTraceContext} set={(sendTraceContext) => set({ sendTraceContext })}
      hint="Requests say which trace their event belongs to (W3C Trace Context)." />
    <Area label="Client certificate" name="webhook.client_certificate.certificate_chain" value={draft.certificateChain} set={(certificateChain) => set({ certificateChain })}
      hint="In PEM, with those that issued it behind it. For receivers that want one (mTLS)." />
    <Area label="Its private key" name="webhook.client_certificate.private_key" value={draft.privateKey} set={(privateKey) => set({ privateKey })}
      hint="In PEM, not encrypted. It is stored sealed and never shown. Empty: the key that is stored stays." />
    <div class="grid">
      <Text label="OAuth 2.0 token URL" name="webhook.oauth2.token_url" value={draft.tokenUrl} set={(tokenUrl) => set({ tokenUrl })} type="url"
        hint="Where an access token is fetched that goes with every request. Empty: none does." />
      <Text label="Client ID" name="webhook.oauth2.client_id" value={draft.clientId} set={(clientId) => set({ clientId })} />
      <Text label="Client secret" name="webhook.oauth2.client_secret" value={draft.clientSecret} set={(clientSecret) => set({ clientSecret })} type="password"
        hint="It is stored sealed and never shown. Empty: the secret that is stored stays." />
      <Text label="Scopes" name="webhook.oauth2.scopes" value={draft.scopes} set={(scopes) => set({ scopes })} hint="With spaces between them." />
      <Text label="Audience" name="webhook.oauth2.audience" value={draft.audience} set={(audience) => set({ audience })} />
    </div>
    <Area label="Labels" name="webhook.labels" value={draft.labels} set={(labels) => set({ labels })} hint={<>One a line: <code>key=value</code>.</>} />
    <Area label="Description" name="webhook.description" value={draft.description} set={(description) => set({ description })} />
  </>
);

function Delays({ draft, set }: FieldsProps) {
  const shared = 'webhook.retry_policy.';
  switch (draft.backoff) {
    case 'exponential': return (
      <>
        <Text label="First delay in seconds" name={`${shared}exponential.initial`} value={draft.initial} set={(initial) => set({ initial })} />
        <Text label="Factor" name={`${shared}exponential.multiplier`} value={draft.multiplier} set={(multiplier) => set({ multiplier })} />
        <Text label="Longest delay in seconds" name={`${shared}exponential.max`} value={draft.max} set={(max) => set({ max })} />
      </>
    );
    case 'fixed': return <Text label="Delay in seconds" name={`${shared}fixed.delay`} value={draft.delays} set={(delays) => set({ delays })} />;
    case 'schedule': return (
      <Text label="Delays in seconds" name={`${shared}schedule.delays`} value={draft.delays} set={(delays) => set({ delays })} hint="With commas between them." />
    );
    default: return null;
  }
}
