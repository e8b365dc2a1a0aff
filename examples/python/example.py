"""Registers a webhook, publishes an event, watches until it is delivered, and deletes the webhook."""
import os
import sys
import uuid
from urllib.parse import urlsplit

import grpc

from controlplane.v1 import delivery_pb2, delivery_service_pb2, delivery_service_pb2_grpc
from controlplane.v1 import event_pb2, event_service_pb2, event_service_pb2_grpc
from controlplane.v1 import webhook_pb2, webhook_service_pb2, webhook_service_pb2_grpc

address = urlsplit(os.environ.get("CONTROLPLANE_ADDRESS", "http://127.0.0.1:7400"))
key = [("authorization", "Bearer " + os.environ["CONTROLPLANE_KEY"])]
url = sys.argv[1] if len(sys.argv) > 1 else "https://example.com/hook"


def connect():
    if address.scheme == "https":
        return grpc.secure_channel(address.netloc, grpc.ssl_channel_credentials())
    return grpc.insecure_channel(address.netloc)


with connect() as channel:
    webhooks = webhook_service_pb2_grpc.WebhookServiceStub(channel)
    events = event_service_pb2_grpc.EventServiceStub(channel)
    deliveries = delivery_service_pb2_grpc.DeliveryServiceStub(channel)

    # Manage: the secret is shown this once; the receiver verifies with it.
    wanted = webhook_pb2.Webhook(name="example", url=url, event_types=["example.*"])
    created = webhooks.CreateWebhook(webhook_service_pb2.CreateWebhookRequest(webhook=wanted), metadata=key, timeout=30)
    webhook = created.webhook
    print(f"created   {webhook.id}, its secret has {len(created.secret)} characters")

    # Publish: accepted means that it is stored; repeating it with the same id takes effect once.
    event = event_pb2.Event(id=f"python-{uuid.uuid4()}", type="example.created", payload=b'{"hello":"from Python"}')
    published = events.PublishEvent(event_service_pb2.PublishEventRequest(event=event), metadata=key, timeout=30)
    print(f"published {published.event.id} to {published.delivery_count}")

    # Watch: from the webhook's creation, so that nothing is missed. Each message has a token with which another watch goes on after it.
    watch = delivery_service_pb2.WatchDeliveriesRequest(webhook_id=webhook.id, start_time=webhook.create_time)
    for message in deliveries.WatchDeliveries(watch, metadata=key, timeout=60):
        if message.HasField("delivery"):
            state = delivery_pb2.DeliveryState.Name(message.delivery.state)
            print(f"watched   {message.delivery.id} {state} after {message.delivery.attempt_count}")
            if state in ("DELIVERY_STATE_SUCCEEDED", "DELIVERY_STATE_DEAD"):
                break

    webhooks.DeleteWebhook(webhook_service_pb2.DeleteWebhookRequest(webhook_id=webhook.id), metadata=key, timeout=30)
    print("deleted")
