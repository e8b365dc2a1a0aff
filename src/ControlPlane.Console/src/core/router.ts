import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => { hash.value = location.hash; });

export interface Place {
  /** `#/deliveries/dlv_1` has the parts `deliveries` and `dlv_1`. */
  parts: string[];
  query: URLSearchParams;
}

/** Where the page is. */
export const place = computed<Place>(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
});

/** The address of a place; what is empty is left out of the query. */
export function href(parts: string[], query: Record<string, string | string[]> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) [value].flat().filter(Boolean).forEach((each) => search.append(name, each));
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

export function go(address: string) {
  if (location.hash === address) dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = address;
}
