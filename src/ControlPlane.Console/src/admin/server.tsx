import { useState } from 'preact/hooks';
import type { BackupProgress, StoreBackup } from '../../generated/controlplane/v1/store_pb';
import { admin } from '../core/api';
import { useAction, useCall } from '../core/calls';
import { isPlatform } from '../core/session';
import { count, millis, seconds, size, span } from '../core/text';
import { Badge, Busy, Card, Facts, Notice, Page, ProblemBox, Table, Time } from '../ui/parts';

export function ServerPage() {
  const answer = useCall((signal) => admin.getServerInfo({}, { signal }), []);
  const of = answer.value;
  return (
    <Page title="Server">
      <ProblemBox problem={answer.problem} retry={answer.reload} />
      {!of && answer.busy && <Busy />}
      {of && (
        <Card>
          <Facts of={[
            ['Version', of.version], ['Storage engine', of.storageProvider], ['Store', <code>{of.storeId}</code>],
            ['This process', <code>{of.nodeId}</code>], ['Serving since', <Time at={of.startTime} />],
          ]} />
        </Card>
      )}
      {of && of.nodes.length > 0 && (
        <Card title="Nodes">
          <Table label="Nodes" head={['Node', 'Joined', 'State', 'Parts of the webhooks']}>
            {of.nodes.map((node) => (
              <tr key={node.nodeId}>
                <td><code>{node.nodeId}</code></td>
                <td><Time at={node.joinTime} /></td>
                <td>{node.leaseTime && millis(node.leaseTime) < Date.now() ? <Badge tone="bad">gone</Badge> : <Badge tone="good">there</Badge>}</td>
                <td class="number">{count(node.shardCount)}</td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
      {isPlatform.value && <Backup />}
      {isPlatform.value && <Check />}
    </Page>
  );
}

function Backup() {
  const [progress, setProgress] = useState<BackupProgress>();
  const [made, setMade] = useState<StoreBackup>();
  const action = useAction();
  const run = () => action.run(async () => {
    setMade(undefined);
    setProgress(undefined);
    for await (const { update } of admin.backupStore({})) {
      if (update.case === 'progress') setProgress(update.value);
      else if (update.case === 'backup') setMade(update.value);
    }
  });
  return (
    <Card title="Backup" actions={<button type="button" onClick={run} disabled={action.busy}>Back up now</button>}>
      <p class="quiet">Copies the store into a file in the server's backup directory while it is used. The key that seals the webhooks' secrets is not in it.</p>
      <ProblemBox problem={action.problem} />
      {action.busy && <progress aria-label="Backup" max={Number(progress?.expectedBytes ?? 1)} value={progress ? Math.min(Number(progress.writtenBytes), Number(progress.expectedBytes)) : undefined} />}
      {made && <Notice tone="good">{made.path}, {size(Number(made.sizeBytes))}, checked, in {span(seconds(made.duration!))}.</Notice>}
    </Card>
  );
}

function Check() {
  const [found, setFound] = useState<{ problems: string[]; took: number }>();
  const action = useAction();
  const run = () => action.run(async () => {
    setFound(undefined);
    const answer = await admin.checkStore({});
    setFound({ problems: answer.problems, took: seconds(answer.duration!) });
  });
  return (
    <Card title="Check" actions={<button type="button" onClick={run} disabled={action.busy}>Check the store</button>}>
      <p class="quiet">Reads all of the store and looks for damage, while it is used.</p>
      <ProblemBox problem={action.problem} />
      {action.busy && <Busy what="Reading" />}
      {found && (found.problems.length === 0
        ? <Notice tone="good">The store is sound. Looking took {span(found.took)}.</Notice>
        : <div class="notice bad" role="alert"><ul>{found.problems.map((each) => <li key={each}>{each}</li>)}</ul></div>)}
    </Card>
  );
}
