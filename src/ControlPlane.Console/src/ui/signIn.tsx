import { useState } from 'preact/hooks';
import { signIn } from '../core/api';
import { useAction } from '../core/calls';
import { endedBecause, isPortal } from '../core/session';
import { Form, Text } from './form';
import { Notice } from './parts';

export function SignIn() {
  const [typed, setTyped] = useState('');
  const action = useAction();
  if (isPortal) {
    return (
      <main class="sign-in">
        <h1>{endedBecause.value ? 'This session has ended' : 'No session'}</h1>
        <p>Open this page again from where you came.</p>
      </main>
    );
  }
  return (
    <main class="sign-in">
      <h1>Sign in</h1>
      {endedBecause.value && <Notice tone="warn">{endedBecause.value}</Notice>}
      <Form problem={action.problem} busy={action.busy} label="Sign in" submit={() => action.run(() => signIn(typed.trim()))}>
        <Text label="API key" name="key" type="password" value={typed} set={setTyped} placeholder="cpk_…"
          hint="The server printed one when it was started for the first time. It is kept in this tab only." />
      </Form>
    </main>
  );
}
