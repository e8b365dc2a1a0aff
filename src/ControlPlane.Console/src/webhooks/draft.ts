import type { Message, MessageInitShape } from '@bufbuild/protobuf';
import {
  HeadOfLine, OnFilterError, type RetryPolicy, type RetryPolicySchema, type Webhook, type WebhookSchema, SignatureAlgorithm, WhileInactive,
} from '../../generated/controlplane/v1/webhook_pb';
import { type Problem, wrongField } from '../core/problem';
import { lines, seconds, toDuration } from '../core/text';

type Init<T extends typeof RetryPolicySchema | typeof WebhookSchema> = Exclude<MessageInitShape<T>, Message>;
type PolicyInit = Init<typeof RetryPolicySchema>;

export const dialects = [
  'standard-webhooks', 'svix', 'wazapin', 'wachat', 'wahooks', 'wawp', 'wawp-secret', 'gowa', 'waha', 'github', 'stripe', 'slack',
];

/** The form of a webhook: what people type, as they type it. */
export interface Draft {
  name: string;
  url: string;
  eventTypes: string;
  instances: string;
  dialect: string;
  additionalDialect: string;
  signatureAlgorithm: string;
  certificateChain: string;
  privateKey: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scopes: string;
  audience: string;
  backoff: string;
  delays: string;
  initial: string;
  multiplier: string;
  max: string;
  maxAttempts: string;
  timeout: string;
  maxInFlight: string;
  maxRate: string;
  headers: string;
  labels: string;
  matchLabels: string;
  filter: string;
  onFilterError: string;
  description: string;
  externalId: string;
  headOfLine: string;
  whileSuspended: string;
  whileDisabled: string;
  sendTraceContext: boolean;
  secret: string;
}

export const emptyDraft: Draft = {
  name: '', url: '', eventTypes: '', instances: '', dialect: 'standard-webhooks', additionalDialect: '', signatureAlgorithm: String(SignatureAlgorithm.UNSPECIFIED), certificateChain: '', privateKey: '',
  tokenUrl: '', clientId: '', clientSecret: '', scopes: '', audience: '', backoff: 'standard', delays: '5',
  initial: '5', multiplier: '2', max: '3600', maxAttempts: '', timeout: '15', maxInFlight: '', maxRate: '', headers: '', labels: '', matchLabels: '', filter: '', onFilterError: String(OnFilterError.DELIVER),
  description: '', externalId: '', headOfLine: String(HeadOfLine.BLOCK), whileSuspended: String(WhileInactive.HOLD),
  whileDisabled: String(WhileInactive.SKIP), sendTraceContext: false, secret: '',
};

/** What the form changes; the rest of a webhook stays as it is. */
export const changedPaths = [
  'name', 'url', 'event_types', 'instances', 'additional_dialect', 'retry_policy', 'timeout', 'max_in_flight', 'max_rate_per_second',
  'client_certificate', 'oauth2', 'headers', 'labels', 'match_labels', 'filter', 'on_filter_error', 'description', 'external_id', 'head_of_line', 'while_suspended', 'while_disabled', 'send_trace_context',
];

export function draftOf(of: Webhook): Draft {
  return {
    ...emptyDraft,
    name: of.name,
    url: of.url,
    eventTypes: of.eventTypes.join('\n'),
    instances: of.instances.join('\n'),
    dialect: of.customDialect ? '' : of.dialect || 'standard-webhooks',
    additionalDialect: of.additionalDialect,
    certificateChain: of.clientCertificate?.certificateChain ?? '',
    tokenUrl: of.oauth2?.tokenUrl ?? '',
    clientId: of.oauth2?.clientId ?? '',
    scopes: of.oauth2?.scopes.join(' ') ?? '',
    audience: of.oauth2?.audience ?? '',
    ...backoffOf(of.retryPolicy),
    timeout: of.timeout ? String(seconds(of.timeout)) : '15',
    maxInFlight: of.maxInFlight ? String(of.maxInFlight) : '',
    maxRate: of.maxRatePerSecond ? String(of.maxRatePerSecond) : '',
    headers: pairs(of.headers, ': '),
    labels: pairs(of.labels, '='),
    matchLabels: pairs(of.matchLabels, '='),
    filter: of.filter,
    onFilterError: String(of.onFilterError || OnFilterError.DELIVER),
    description: of.description,
    externalId: of.externalId,
    headOfLine: String(of.headOfLine || HeadOfLine.BLOCK),
    whileSuspended: String(of.whileSuspended || WhileInactive.HOLD),
    whileDisabled: String(of.whileDisabled || WhileInactive.SKIP),
    sendTraceContext: of.sendTraceContext,
  };
}

function backoffOf(policy: RetryPolicy | undefined): Partial<Draft> {
  const maxAttempts = policy?.maxAttempts ? String(policy.maxAttempts) : '';
  switch (policy?.backoff.case) {
    case 'exponential': {
      const { initial, multiplier, max } = policy.backoff.value;
      return {
        backoff: 'exponential', maxAttempts, initial: String(initial ? seconds(initial) : 5), multiplier: String(multiplier || 2),
        max: String(max ? seconds(max) : 3600),
      };
    }
    case 'fixed': return { backoff: 'fixed', maxAttempts, delays: String(seconds(policy.backoff.value.delay!)) };
    case 'schedule': return { backoff: 'schedule', maxAttempts, delays: policy.backoff.value.delays.map(seconds).join(', ') };
    default: return { backoff: policy?.preset || 'standard', maxAttempts };
  }
}

/** Reads the form; returns a problem for what cannot even be sent. All else is for the server to judge. */
export function webhookOf(draft: Draft, before?: Webhook): { webhook: Init<typeof WebhookSchema> } | { problem: Problem } {
  const problems: Problem['fields'] = [];
  const number = (field: string, text: string) => {
    const value = text.trim() === '' ? 0 : Number(text);
    if (!Number.isFinite(value)) problems.push({ field, description: `"${text}" is not a number` });
    return value;
  };
  const whole = (field: string, text: string) => {
    const value = number(field, text);
    if (Number.isFinite(value) && !(Number.isInteger(value) && Math.abs(value) < 2 ** 31)) problems.push({ field, description: `"${text}" is not a whole number` });
    return value;
  };
  const retryPolicy: PolicyInit = {
    // What the form does not show stays.
    jitter: before?.retryPolicy?.jitter ?? 0,
    nonRetryableStatuses: before?.retryPolicy?.nonRetryableStatuses ?? [],
    maxAge: before?.retryPolicy?.maxAge,
    maxAttempts: whole('webhook.retry_policy.max_attempts', draft.maxAttempts),
    ...backoffFrom(draft, number),
  };
  const webhook: Init<typeof WebhookSchema> = {
    name: draft.name,
    url: draft.url.trim(),
    eventTypes: lines(draft.eventTypes),
    instances: lines(draft.instances),
    dialect: draft.dialect,
    additionalDialect: draft.additionalDialect,
    // Of a webhook that exists it changes with its secret alone.
    signatureAlgorithm: Number(draft.signatureAlgorithm),
    ...(draft.certificateChain.trim() || draft.privateKey.trim()
      ? { clientCertificate: { certificateChain: draft.certificateChain, privateKey: draft.privateKey } } : {}),
    ...([draft.tokenUrl, draft.clientId, draft.clientSecret, draft.scopes, draft.audience].some((text) => text.trim())
      ? { oauth2: { tokenUrl: draft.tokenUrl.trim(), clientId: draft.clientId, clientSecret: draft.clientSecret, scopes: draft.scopes.split(/\s+/).filter(Boolean), audience: draft.audience } } : {}),
    retryPolicy,
    timeout: toDuration(number('webhook.timeout', draft.timeout)),
    maxInFlight: whole('webhook.max_in_flight', draft.maxInFlight),
    maxRatePerSecond: number('webhook.max_rate_per_second', draft.maxRate),
    headers: readPairs('webhook.headers', draft.headers, ':', problems),
    labels: readPairs('webhook.labels', draft.labels, '=', problems),
    matchLabels: readPairs('webhook.match_labels', draft.matchLabels, '=', problems),
    filter: draft.filter,
    onFilterError: Number(draft.onFilterError),
    description: draft.description,
    externalId: draft.externalId,
    headOfLine: Number(draft.headOfLine),
    whileSuspended: Number(draft.whileSuspended),
    whileDisabled: Number(draft.whileDisabled),
    sendTraceContext: draft.sendTraceContext,
  };
  return problems.length > 0 ? { problem: { ...wrongField('', ''), fields: problems } } : { webhook };
}

function backoffFrom(draft: Draft, number: (field: string, text: string) => number): PolicyInit {
  const field = 'webhook.retry_policy';
  const span = (text: string) => {
    const value = number(field, text);
    return toDuration(Number.isFinite(value) ? value : 0);
  };
  switch (draft.backoff) {
    case 'exponential': return {
      backoff: { case: 'exponential', value: { initial: span(draft.initial), multiplier: number(field, draft.multiplier), max: span(draft.max) } },
    };
    case 'fixed': return { backoff: { case: 'fixed', value: { delay: span(draft.delays) } } };
    case 'schedule': return {
      backoff: { case: 'schedule', value: { delays: draft.delays.split(/[\s,]+/).filter(Boolean).map(span) } },
    };
    default: return { preset: draft.backoff };
  }
}

const pairs = (of: Record<string, string>, between: string) => Object.entries(of).map(([name, value]) => name + between + value).join('\n');

function readPairs(field: string, text: string, between: string, problems: Problem['fields']): Record<string, string> {
  const read: Record<string, string> = {};
  for (const line of lines(text)) {
    const at = line.indexOf(between);
    if (at <= 0) problems.push({ field, description: `"${line}" has no "${between}" between name and value` });
    else read[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return read;
}
