import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useId, useRef } from 'preact/hooks';
import type { Problem } from '../core/problem';
import { ProblemBox } from './parts';

interface Context {
  problem: Problem | undefined;
  /** The paths that fields of the form show problems of. */
  placed: Set<string>;
}

const FormContext = createContext<Context>({ problem: undefined, placed: new Set() });

/** Where in a field a problem is: entries are what people see as lines. */
const within = (path: string) => path.replace(/^\[(\d+)\]/, (_, index: string) => `Line ${Number(index) + 1}:`).replace(/^[.]/, '').replace(/^\["?(.*?)"?\]/, '$1:');

/** Whether a problem at a path is shown by a field: by the one whose path is the longest part of it. */
const isOf = (path: string, field: string, placed: Set<string>) =>
  belongs(path, field) && ![...placed].some((other) => other.length > field.length && belongs(path, other));

/** Whether a path is a field's or leads into it: `webhook.event_types[2]` leads into `webhook.event_types`. */
const belongs = (path: string, field: string) => path === field || path.startsWith(`${field}[`) || path.startsWith(`${field}.`);

/** A form that shows the server's field errors at its fields, those it has no field for on top, and goes to the first. */
export function Form({ problem, busy, submit, label, cancel, cancelLabel = 'Cancel', children }: {
  problem?: Problem | undefined; busy: boolean; submit: () => void; label: string;
  cancel?: (() => void) | undefined; cancelLabel?: string; children: ComponentChildren;
}) {
  const form = useRef<HTMLFormElement>(null);
  const context = useRef<Context>({ problem, placed: new Set() });
  context.current = { problem, placed: context.current.placed };
  useEffect(() => {
    if (!problem) return;
    const first = form.current?.querySelector<HTMLElement>('[aria-invalid=true]');
    // What is folded hides what is wrong: at a field, or, if it is none of them, with the form.
    const folded = (first ?? form.current)?.closest('details');
    if (folded) folded.open = true;
    first?.focus();
  }, [problem]);
  const unplaced = problem?.fields.filter(({ field }) => ![...context.current.placed].some((name) => belongs(field, name))) ?? [];
  return (
    <FormContext.Provider value={context.current}>
      <form ref={form} noValidate onSubmit={(event) => { event.preventDefault(); submit(); }}>
        <ProblemBox problem={problem && problem.fields.length > 0 ? { ...problem, reason: '', message: 'Not yet: mend what is marked, then try again.' } : problem} unplaced={unplaced} />
        {children}
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>{busy ? 'Working' : label}</button>
          {cancel && <button type="button" onClick={cancel}>{cancelLabel}</button>}
        </div>
      </form>
    </FormContext.Provider>
  );
}

interface FieldProps {
  label: string;
  /** The field's path in the request. */
  name: string;
  hint?: ComponentChildren;
}

/** What a control needs to be labelled, described and marked as wrong. */
interface Control {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
}

/** What is wrong with a field, in words; empty if nothing is. Tells the form that there is a place to show it. */
function useProblems(name: string): string {
  const { problem, placed } = useContext(FormContext);
  if (name) placed.add(name);
  useEffect(() => () => { placed.delete(name); }, [placed, name]);
  return (problem?.fields ?? [])
    .filter(({ field }) => name && isOf(field, name, placed))
    .map(({ field, description }) => [within(field.slice(name.length)), description.replace(/\.$/, '')].filter(Boolean).join(' '))
    .join('; ');
}

export function Field({ label, name, hint, children }: FieldProps & { children: (control: Control) => ComponentChildren }) {
  const id = useId();
  const wrong = useProblems(name);
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div class={wrong ? 'field wrong' : 'field'}>
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': wrong ? true : undefined })}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {wrong && <p class="wrong" id={`${id}-wrong`}>{wrong}</p>}
    </div>
  );
}

interface ValueProps extends FieldProps {
  value: string;
  set: (value: string) => void;
}

export const Text = ({ value, set, type = 'text', placeholder, ...field }: ValueProps & { type?: 'url' | 'password' | 'datetime-local' | 'text'; placeholder?: string }) => (
  <Field {...field}>
    {(control) => (
      <input {...control} type={type as 'text'} value={value} placeholder={placeholder} autocomplete="off" spellcheck={false}
        onInput={(event) => set(event.currentTarget.value)} />
    )}
  </Field>
);

export const Area = ({ value, set, rows = 3, ...field }: ValueProps & { rows?: number }) => (
  <Field {...field}>
    {(control) => <textarea {...control} rows={rows} value={value} spellcheck={false} onInput={(event) => set(event.currentTarget.value)} />}
  </Field>
);

export const Choice = ({ value, set, options, ...field }: ValueProps & { options: (readonly [value: string, text: string])[] }) => (
  <Field {...field}>
    {(control) => (
      <select {...control} value={value} onChange={(event) => set(event.currentTarget.value)}>
        {options.map(([each, text]) => <option key={each} value={each}>{text}</option>)}
      </select>
    )}
  </Field>
);

export function Check({ label, checked, set, hint }: { label: string; checked: boolean; set: (value: boolean) => void; hint?: string }) {
  const id = useId();
  return (
    <div class="check">
      <input id={id} type="checkbox" checked={checked} aria-describedby={hint && `${id}-hint`} onChange={(event) => set(event.currentTarget.checked)} />
      <label for={id}>{label}</label>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** Several of a few values. */
export function Checks({ legend, name = '', options, chosen, set }: {
  legend: string; name?: string; options: (readonly [value: string, text: string])[]; chosen: string[]; set: (values: string[]) => void;
}) {
  const id = useId();
  const wrong = useProblems(name);
  return (
    <fieldset class="checks" aria-describedby={wrong ? id : undefined} aria-invalid={wrong ? true : undefined} tabIndex={wrong ? -1 : undefined}>
      <legend>{legend}</legend>
      {options.map(([value, text]) => (
        <Check key={value} label={text} checked={chosen.includes(value)}
          set={(on) => set(on ? [...chosen, value] : chosen.filter((each) => each !== value))} />
      ))}
      {wrong && <p class="wrong" id={id}>{wrong}</p>}
    </fieldset>
  );
}
