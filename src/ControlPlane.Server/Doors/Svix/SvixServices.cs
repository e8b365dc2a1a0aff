using ControlPlane.Server.Administration;
using ControlPlane.Server.Deliveries;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Webhooks;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>The services that the door speaks for.</summary>
internal sealed record SvixServices(
    AdminGrpcService Admin, WebhookGrpcService Webhooks, EventGrpcService Events, DeliveryGrpcService Deliveries);
