using System.Diagnostics;
using System.Net;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>
/// The span of one attempt, in the trace that its event belongs to. Its attributes are those of HTTP clients and of messaging, without the
/// URL: owners put secrets into path and query.
/// </summary>
internal static class AttemptSpan
{
    /// <summary>Begins it; null if it is not recorded.</summary>
    public static TraceSpan? Begin(Endpoint endpoint, DeliveryRecord delivery, EventRecord source) =>
        TraceSpan.Begin("deliver", ActivityKind.Client, source.Trace)?
            .Set("messaging.system", "controlplane")
            .Set("messaging.operation.name", "deliver")
            .Set("messaging.message.id", source.Id)
            .Set("controlplane.tenant.id", delivery.TenantId)
            .Set("controlplane.webhook.id", delivery.WebhookId)
            .Set("controlplane.delivery.id", delivery.Id)
            .Set("controlplane.delivery.trigger", TagValues.Of(delivery.Trigger))
            .Set("http.request.method", "POST")
            .Set("http.request.resend_count", delivery.AttemptCount > 0 ? delivery.AttemptCount : null)
            .Set("server.address", endpoint.Url.IdnHost)
            .Set("server.port", endpoint.Url.Port);

    /// <summary>Says how it went.</summary>
    public static void Tell(TraceSpan? span, AttemptOutcome outcome)
    {
        if (span is null)
        {
            return;
        }

        if (outcome.StatusCode > 0)
        {
            span.Set("http.response.status_code", outcome.StatusCode);
        }

        if (IPEndPoint.TryParse(outcome.RemoteAddress, out var peer))
        {
            span.Set("network.peer.address", peer.Address.ToString()).Set("network.peer.port", peer.Port);
        }

        if (outcome.Failure != FailureKind.None)
        {
            span.Fail(TagValues.Of(outcome.Failure));
        }
    }
}
