using ControlPlane.Egress;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Probing;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Sending;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using ControlPlane.V1;
using Microsoft.Extensions.Options;
using static ControlPlane.V1.ProbeWebhookRequest;
using ClientCertificate = ControlPlane.Egress.Trust.ClientCertificate;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>Looks at the receiver of a webhook, or of one that could be.</summary>
internal sealed class WebhookProber(
    WebhookQueries queries, UrlPolicy urls, ReceiverProbe probe, TrialLimit trials, EndpointCache endpoints, IOptions<EgressOptions> egress,
    TimeProvider clock)
{
    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND; FAILED_PRECONDITION.</exception>
    public async Task<ProbeWebhookResponse> ProbeAsync(Caller caller, ProbeWebhookRequest request, CancellationToken cancellationToken)
    {
        var (url, own, deadline) = await TargetAsync(caller, request, cancellationToken);
        if (egress.Value.Proxy is not null)
        {
            throw RequestErrors.FailedPrecondition(
                "PROXY_CONFIGURED", url.Host, "The server sends through a proxy, so it makes no connections of its own that a probe could show.");
        }

        var now = clock.GetStoreNow();
        var owner = caller.TenantId ?? "";
        using var trial = trials.Enter(owner);
        return ProbeMapper.ToProto(url, await probe.ProbeAsync(url, owner, own, deadline, cancellationToken), now, caller.IsPlatform);
    }

    private async Task<(Uri Url, ClientCertificate? Own, TimeSpan Deadline)> TargetAsync(
        Caller caller, ProbeWebhookRequest request, CancellationToken cancellationToken)
    {
        if (request.TargetCase == TargetOneofCase.WebhookId)
        {
            var webhook = await queries.GetAsync(caller, FieldRules.RequireId("webhook_id", request.WebhookId), cancellationToken);
            var own = webhook.ClientCertificate is null ? null : endpoints.Require(webhook).Connections?.Certificate;
            return (WebhookUri.Parse(webhook.Url), own, webhook.Timeout ?? endpoints.DefaultTimeout);
        }

        var violations = new Violations();
        if (request.TargetCase == TargetOneofCase.None)
        {
            violations.Add("target", "REQUIRED", "must be webhook_id or url");
            violations.ThrowIfAny();
        }

        var verdict = urls.Check(request.Url);
        foreach (var (reason, message) in verdict.Violations)
        {
            violations.Add("url", reason, message);
        }

        violations.ThrowIfAny();
        return (verdict.Url!, null, endpoints.DefaultTimeout);
    }
}
