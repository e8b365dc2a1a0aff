using ControlPlane.Server.Access;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>The calls that try a webhook out and change nothing of it.</summary>
internal sealed class InspectionCalls(WebhookQueries queries, WebhookTester tester, WebhookProber prober, RequestPreviewer previewer)
{
    public async Task<TestWebhookResponse> TestAsync(
        TestWebhookRequest request, Caller caller, TraceContext? trace, CancellationToken cancellationToken)
    {
        tester.Check(request);
        var webhook = await queries.GetWritableAsync(caller, request.WebhookId, cancellationToken);
        return new() { Delivery = await tester.TestAsync(caller, webhook, request, trace, cancellationToken) };
    }

    public Task<ProbeWebhookResponse> ProbeAsync(ProbeWebhookRequest request, Caller caller, CancellationToken cancellationToken) =>
        prober.ProbeAsync(caller, request, cancellationToken);

    public Task<PreviewRequestResponse> PreviewAsync(
        PreviewRequestRequest request, Caller caller, CancellationToken cancellationToken) =>
        previewer.PreviewAsync(caller, request, cancellationToken);
}
