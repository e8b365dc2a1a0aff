import type { ComponentChildren } from 'preact';
import { type Attempt, type Delivery, DeliveryState, FailureKind } from '../../generated/controlplane/v1/delivery_pb';
import { endText, failureText, seconds, span, triggerText } from '../core/text';
import { Badge, Time } from '../ui/parts';

/** All that happened to a delivery, in order: accepted, each attempt, and how it ended or when it goes on. */
export const Lifecycle = ({ of }: { of: Delivery }) => (
  <ol class="lifecycle">
    <Step tone="plain" title="Accepted" time={<Time at={of.createTime} exact />} />
    {of.attempts.length < of.attemptCount && <Step tone="plain" title={`${of.attemptCount - of.attempts.length} earlier attempts are not shown`} />}
    {of.attempts.map((attempt) => <AttemptStep key={attempt.number} of={attempt} />)}
    <End of={of} />
  </ol>
);

const Step = ({ tone, title, time, children }: { tone: string; title: ComponentChildren; time?: ComponentChildren; children?: ComponentChildren }) => (
  <li class={tone}>
    <div class="step-head"><strong>{title}</strong>{time && <span class="quiet">{time}</span>}</div>
    {children}
  </li>
);

function AttemptStep({ of }: { of: Attempt }) {
  const ok = of.failure === FailureKind.UNSPECIFIED;
  return (
    <Step tone={ok ? 'good' : 'bad'} title={`Attempt ${of.number}`} time={<Time at={of.startTime} exact />}>
      <p>
        <Badge tone={ok ? 'good' : 'bad'}>{of.statusCode > 0 ? String(of.statusCode) : failureText(of.failure)}</Badge>
        {of.duration && <> after {span(seconds(of.duration))}</>}
        {of.remoteAddress && <> from <code>{of.remoteAddress}</code></>}
        <span class="quiet"> · set going by: {triggerText(of.trigger).toLowerCase()}</span>
      </p>
      {of.failureMessage && <p>{of.failureMessage}</p>}
      {of.responseExcerpt && <details><summary>Beginning of the answer</summary><pre tabIndex={0}>{of.responseExcerpt}</pre></details>}
    </Step>
  );
}

function End({ of }: { of: Delivery }) {
  switch (of.state) {
    case DeliveryState.SUCCEEDED:
      return <Step tone="good" title="Delivered" time={<Time at={of.updateTime} exact />} />;
    case DeliveryState.DEAD:
      return <Step tone="bad" title={`Given up: ${endText(of.endReason).toLowerCase()}`} time={<Time at={of.updateTime} exact />} />;
    case DeliveryState.CANCELLED:
      return <Step tone="plain" title={endText(of.endReason)} time={<Time at={of.updateTime} exact />} />;
    case DeliveryState.IN_FLIGHT:
      return <Step tone="info" title="Being sent" />;
    default:
      return <Step tone="warn" title="Next attempt" time={<Time at={of.nextAttemptTime} />} />;
  }
}
