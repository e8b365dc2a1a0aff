import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useAction } from '../core/calls';
import { Copy, Notice, ProblemBox } from './parts';

/** A dialog of the browser: it holds the focus, and Escape closes it. */
export function Dialog({ title, close, wide = false, children }: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus();
  }, []);
  return (
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={close} onCancel={(event) => { event.preventDefault(); close(); }}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="small" onClick={close} aria-label="Close">Close</button>
      </div>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({ title, label, run, close, children }: {
  title: string; label: string; run: () => Promise<void>; close: () => void; children: ComponentChildren;
}) {
  const action = useAction();
  return (
    <Dialog title={title} close={close}>
      {children}
      <ProblemBox problem={action.problem} />
      <div class="actions">
        <button type="button" class="danger" disabled={action.busy} onClick={() => action.run(async () => { await run(); close(); })}>{label}</button>
        <button type="button" onClick={close}>Keep it</button>
      </div>
    </Dialog>
  );
}

/** A secret, for the only time that it is shown. */
export const SecretOnce = ({ title, what, secret, close, children }: {
  title: string; what: string; secret: string; close: () => void; children?: ComponentChildren;
}) => (
  <Dialog title={title} close={close}>
    <Notice tone="warn">The {what} is shown now and never again. Copy it to where it is needed.</Notice>
    <p class="secret"><code>{secret}</code> <Copy text={secret} what={what} /></p>
    {children}
    <div class="actions"><button type="button" class="primary" onClick={close}>Done</button></div>
  </Dialog>
);
