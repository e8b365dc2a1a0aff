import type { ExplainDeliveryResponse } from '../../generated/controlplane/v1/delivery_service_pb';
import { deliveries } from '../core/api';
import { useCall } from '../core/calls';
import { counted, seconds, span } from '../core/text';
import { Busy, Card, ProblemBox, Time } from '../ui/parts';

/** Why a delivery is where it is, in the server's words. */
export function Explanation({ id, revision }: { id: string; revision: bigint }) {
  const answer = useCall((signal) => deliveries.explainDelivery({ target: { case: 'deliveryId', value: id } }, { signal }), [id, revision]);
  return (
    <Card title="Explain" actions={<button type="button" class="small" onClick={answer.reload} disabled={answer.busy}>Explain again</button>}>
      <ProblemBox problem={answer.problem} />
      {!answer.value && answer.busy && <Busy />}
      {answer.value && <Words of={answer.value} />}
    </Card>
  );
}

const Words = ({ of }: { of: ExplainDeliveryResponse }) => (
  <>
    <p class="summary">{of.summary}</p>
    {of.waits.length > 0 && <ul>{of.waits.map((wait) => <li key={wait.reason}>{wait.detail}</li>)}</ul>}
    {of.queue && (
      <p class="quiet">
        The webhook's queue: {counted(of.queue.queued, 'delivery', 'deliveries')} taken, {of.queue.inFlight} of at most {of.queue.limit} under way
        {of.queue.failing && ', its receiver is failing'}.
      </p>
    )}
    {of.nextAttempts.length > 0 && (
      <details>
        <summary>{counted(of.nextAttempts.length, 'attempt')} to come{of.policyDelay && `, the next ${span(seconds(of.policyDelay))} after the last`}</summary>
        <ol class="plan">{of.nextAttempts.map((attempt) => <li key={attempt.number} value={attempt.number}><Time at={attempt.time} /></li>)}</ol>
      </details>
    )}
    <details>
      <summary>Why the webhook {of.matched ? 'got' : 'did not get'} the event</summary>
      <ul class="checks">{of.checks.map((check) => <li key={check.condition}>{check.met ? '✓' : '✗'} {check.detail}</li>)}</ul>
      {of.webhookChanged && <p class="quiet">The webhook was changed after the event was accepted; then this may have been otherwise.</p>}
    </details>
  </>
);
