import { fromLocal, lines } from '../core/text';

/** A filter as the form holds it and the page's address names it. */
export interface FilterForm {
  states: string[];
  webhook: string;
  event: string;
  types: string;
  instance: string;
  after: string;
  before: string;
  codes: string;
  failures: string[];
}

export const emptyFilter: FilterForm = {
  states: [], webhook: '', event: '', types: '', instance: '', after: '', before: '', codes: '', failures: [],
};

export const fromQuery = (query: URLSearchParams): FilterForm => ({
  states: query.getAll('state'),
  webhook: query.get('webhook') ?? '',
  event: query.get('event') ?? '',
  types: query.get('types') ?? '',
  instance: query.get('instance') ?? '',
  after: query.get('after') ?? '',
  before: query.get('before') ?? '',
  codes: query.get('codes') ?? '',
  failures: query.getAll('failure'),
});

export const toQuery = ({ states, webhook, event, types, instance, after, before, codes, failures }: FilterForm) => ({
  state: states, webhook, event, types, instance, after, before, codes, failure: failures,
});

/** What lists alone can ask for: how the last attempt ended. */
export const lastOf = ({ codes, failures }: FilterForm) => ({
  // What is no number is for the server to refuse at its field.
  statusCodes: codes.split(/[\s,]+/).filter(Boolean).map((code) => (/^\d{1,9}$/.test(code) ? Number(code) : -1)),
  failures: failures.map(Number),
});

/** What lists and redrives have in common. */
export const toRequest = (form: FilterForm) => ({
  states: form.states.map(Number),
  webhookId: form.webhook.trim(),
  eventId: form.event.trim(),
  eventTypes: lines(form.types.replaceAll(',', '\n')),
  instance: form.instance,
  createdAfter: fromLocal(form.after),
  createdBefore: fromLocal(form.before),
});
