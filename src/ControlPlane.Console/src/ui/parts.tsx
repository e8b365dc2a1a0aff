import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../core/problem';
import { clock, millis } from '../core/text';

export function Page({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  useEffect(() => { document.title = `${title} · Webhooks`; }, [title]);
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

export function Card({ title, actions, children }: { title?: string; actions?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card">
      {title && <div class="card-head"><h2>{title}</h2>{actions && <div class="actions">{actions}</div>}</div>}
      {children}
    </section>
  );
}

/** What went wrong, without the fields that a form shows beside its own. */
export function ProblemBox({ problem, unplaced, retry }: { problem?: Problem | undefined; unplaced?: Problem['fields']; retry?: () => void }) {
  if (!problem) return null;
  return (
    <div class="notice bad" role="alert">
      <p>{problem.message}{problem.reason && <> <code>{problem.reason}</code></>}</p>
      {(unplaced ?? problem.fields).length > 0 && (
        <ul>{(unplaced ?? problem.fields).map((each) => <li key={each.field}><code>{each.field}</code>: {each.description}</li>)}</ul>
      )}
      {retry && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}

export const Notice = ({ tone = 'info', children }: { tone?: 'info' | 'good' | 'warn'; children: ComponentChildren }) => (
  <div class={`notice ${tone}`} role="status">{children}</div>
);

/** A state as a word in its colour; the word alone says it too. */
export const Badge = ({ tone, children }: { tone: string; children: ComponentChildren }) => <span class={`badge ${tone}`}>{children}</span>;

export function Time({ at, exact = false }: { at?: Timestamp | undefined; exact?: boolean }) {
  if (!at) return <>–</>;
  const ms = millis(at);
  return <time dateTime={new Date(ms).toISOString()} title={new Date(ms).toISOString()}>{clock(ms, exact)}</time>;
}

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

export const Busy = ({ what = 'Loading' }: { what?: string }) => <p class="busy" role="status">{what}…</p>;

/** A table that scrolls within itself where it is too wide; a keyboard can scroll it then. */
export const Table = ({ label, head, children }: { label: string; head: ComponentChildren[]; children: ComponentChildren }) => (
  <div class="table" role="region" aria-label={label} tabIndex={0}>
    <table>
      <thead><tr>{head.map((each, index) => <th key={index} scope="col">{each}</th>)}</tr></thead>
      <tbody>{children}</tbody>
    </table>
  </div>
);

export const Facts = ({ of }: { of: [string, ComponentChildren][] }) => (
  <dl class="facts">{of.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
);

export const Code = ({ label, children }: { label: string; children: string }) => (
  <div class="code">
    <pre tabIndex={0} role="region" aria-label={label}>{children}</pre>
    <Copy text={children} what={label} />
  </div>
);

export function Copy({ text, what }: { text: string; what: string }) {
  const [done, setDone] = useState(false);
  // Only pages that came over TLS or from this machine may use the clipboard.
  if (!navigator.clipboard) return null;
  return (
    <button type="button" class="small copy" aria-label={done ? `${what} copied` : `Copy ${what}`} onClick={async () => {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 2000);
    }}>{done ? 'Copied' : 'Copy'}</button>
  );
}

export const More = ({ next, busy, more }: { next: string; busy: boolean; more: () => void }) => (
  next ? <p class="more"><button type="button" onClick={more} disabled={busy}>{busy ? 'Looking' : 'Show more'}</button></p> : null
);
