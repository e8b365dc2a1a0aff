import { DeliveryState } from '../../generated/controlplane/v1/delivery_pb';
import { StateReason, type Webhook, WebhookState } from '../../generated/controlplane/v1/webhook_pb';
import { webhookName } from '../core/names';
import { href } from '../core/router';
import { reasonText, stateText, webhookStateText } from '../core/text';
import { Badge } from './parts';

export const WebhookLink = ({ id }: { id: string }) => <a class="break" href={href(['webhooks', id])} title={id}>{webhookName(id)}</a>;

const tones: Record<number, string> = {
  [DeliveryState.PENDING]: 'plain',
  [DeliveryState.IN_FLIGHT]: 'info',
  [DeliveryState.RETRY_SCHEDULED]: 'warn',
  [DeliveryState.SUCCEEDED]: 'good',
  [DeliveryState.DEAD]: 'bad',
  [DeliveryState.CANCELLED]: 'plain',
};

export const DeliveryBadge = ({ state }: { state: DeliveryState }) => <Badge tone={tones[state] ?? 'plain'}>{stateText(state)}</Badge>;

export const webhookTone = (state: WebhookState) =>
  ({ [WebhookState.ACTIVE]: 'good', [WebhookState.SUSPENDED]: 'bad' } as Record<number, string>)[state] ?? 'plain';

export const WebhookBadge = ({ of }: { of: Pick<Webhook, 'state' | 'stateReason'> }) => (
  <>
    <Badge tone={webhookTone(of.state)}>{webhookStateText(of.state)}</Badge>
    {of.state === WebhookState.SUSPENDED && of.stateReason !== StateReason.UNSPECIFIED && <> <span class="quiet">{reasonText(of.stateReason)}</span></>}
  </>
);
