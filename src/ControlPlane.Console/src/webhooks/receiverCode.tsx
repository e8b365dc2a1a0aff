import { useEffect, useState } from 'preact/hooks';
import { Dialog } from '../ui/dialog';
import { Busy, Code } from '../ui/parts';
import type { Sample } from './receivers';

/** The dialects that the documentation has receivers for. */
export const hasSamples = (dialect: string) =>
  ['standard-webhooks', 'svix', 'wazapin', 'wachat', 'wahooks', 'wawp', 'gowa'].includes(dialect);

export function ReceiverCode({ dialect, ed25519, close }: { dialect: string; ed25519: boolean; close: () => void }) {
  const [samples, setSamples] = useState<Sample[]>();
  const [chosen, setChosen] = useState(0);
  useEffect(() => { void import('./receivers').then(({ samplesFor }) => setSamples(samplesFor(dialect, ed25519))); }, [dialect, ed25519]);
  const sample = samples?.[chosen];
  return (
    <Dialog title={`Receiving ${dialect}`} close={close} wide>
      <p>Verify the body as it came, before parsing it, and answer with a 2xx status.</p>
      {!samples && <Busy />}
      {samples && (
        <div class="tabs" role="group" aria-label="Language">
          {samples.map(({ language }, index) => (
            <button key={language} type="button" aria-pressed={index === chosen} onClick={() => setChosen(index)}>{language}</button>
          ))}
        </div>
      )}
      {sample && <Code label="code">{sample.code}</Code>}
    </Dialog>
  );
}
