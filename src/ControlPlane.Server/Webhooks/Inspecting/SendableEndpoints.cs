using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using Endpoint = ControlPlane.Server.Sending.Endpoint;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Endpoints for calls that cannot do without.</summary>
internal static class SendableEndpoints
{
    /// <exception cref="RequestException">FAILED_PRECONDITION if the webhook cannot be sent to.</exception>
    public static Endpoint Require(this EndpointCache endpoints, WebhookRecord webhook) =>
        endpoints.Get(webhook) ?? throw RequestErrors.FailedPrecondition(
            "WEBHOOK_NOT_SENDABLE",
            webhook.Id,
            $"The secrets of the webhook \"{webhook.Id}\" cannot be opened with the server's master key.");
}
